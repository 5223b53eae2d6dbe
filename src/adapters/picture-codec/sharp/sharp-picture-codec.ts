import sharp, { type OutputInfo } from 'sharp';
import { AppError } from '../../../domain/errors.ts';
import type { DecodedPicture, Picture } from '../../../domain/picture.ts';
import type { DecodeLimits, PictureCodec } from '../../../domain/ports/picture-codec.ts';
import { decodeBmp } from './bmp.ts';
import { readIcon } from './ico.ts';
import { sniffFormat } from './sniff-format.ts';
import { isSrgbProfile } from './srgb-profile.ts';
import { checkSize, unreadable } from './unreadable.ts';

const mostHalvings = 3;

/** Decodes with sharp (libvips), bitmaps and icons by itself; one thread a picture, nothing cached. */
export function sharpPictureCodec(): PictureCodec {
  sharp.cache(false);
  sharp.concurrency(1);
  return { decode, encodeJpeg };
}

async function decode(file: Uint8Array, limits: DecodeLimits): Promise<DecodedPicture> {
  const format = sniffFormat(file);
  switch (format) {
    case undefined:
      throw unreadable('is in none of the formats jpeg, png, webp, gif, tiff, bmp, ico, avif');
    case 'bmp':
      return wholePicture(decodeBmp(file, limits.maxPixels), format);
    case 'ico': {
      const icon = readIcon(file, limits.maxPixels);
      if (icon.kind === 'bitmap') return wholePicture(icon.picture, format);
      return { ...(await decodeWithSharp(icon.file, limits)), format };
    }
    default:
      return { ...(await decodeWithSharp(file, limits)), format };
  }
}

function wholePicture(picture: Picture, format: DecodedPicture['format']): DecodedPicture {
  return { picture, format, fullWidth: picture.width, fullHeight: picture.height };
}

async function decodeWithSharp(
  file: Uint8Array,
  limits: DecodeLimits,
): Promise<Omit<DecodedPicture, 'format'>> {
  try {
    // sharp's own limit would refuse the largest headers before their size is known; no pixel is decoded here.
    const header = await sharp(file, { pages: 1, limitInputPixels: false }).metadata();
    checkSize(header.width, header.height, limits.maxPixels);
    const { width: fullWidth, height: fullHeight } = header.autoOrient;
    const ignoreIcc = header.space !== 'cmyk' && header.icc !== undefined && isSrgbProfile(header.icc);
    const pipeline = sharp(file, { pages: 1, ignoreIcc, limitInputPixels: limits.maxPixels })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb');
    const halvings = halvingsFor(Math.max(fullWidth, fullHeight), limits.enoughLongSide);
    if (halvings > 0) {
      const side = (full: number): number => Math.max(1, full >> halvings);
      pipeline.resize(side(fullWidth), side(fullHeight), { fit: 'fill', kernel: 'linear' });
    }
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { picture: toRgb(data, info), fullWidth, fullHeight };
  } catch (error) {
    throw error instanceof AppError ? error : unreadable('is damaged or cut short', error);
  }
}

function halvingsFor(longSide: number, enough: number): number {
  let halvings = 0;
  while (halvings < mostHalvings && longSide / 2 ** (halvings + 1) >= enough) halvings++;
  return halvings;
}

function toRgb(data: Uint8Array, { width, height, channels }: OutputInfo): Picture {
  if (channels === 3) return { width, height, data };
  if (channels !== 1) throw unreadable(`has ${channels} channels after conversion`);
  const rgb = new Uint8Array(data.length * 3);
  for (let pixel = 0; pixel < data.length; pixel++) rgb.fill(data[pixel]!, 3 * pixel, 3 * pixel + 3);
  return { width, height, data: rgb };
}

async function encodeJpeg({ width, height, data }: Picture, quality: number): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
