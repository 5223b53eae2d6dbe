import sharp, { type OutputInfo } from 'sharp';
import { AppError } from '../../../domain/errors.ts';
import type { Picture } from '../../../domain/picture.ts';
import type { DecodeLimits, PictureCodec } from '../../../domain/ports/picture-codec.ts';
import { decodeBmp } from './bmp.ts';
import { halvingsFor } from './halvings.ts';
import { readIcon } from './ico.ts';
import { decodeCommonJpeg, type Pixels } from './jpeg.ts';
import { PictureMemory } from './picture-memory.ts';
import { type PictureFormat, sniffFormat } from './sniff-format.ts';
import { isSrgbProfile } from './srgb-profile.ts';
import { checkSize, unreadable } from './unreadable.ts';

/**
 * Decodes with sharp (libvips), but photographs with libjpeg-turbo and bitmaps and icons by itself; one thread a
 * picture, nothing cached.
 */
export function sharpPictureCodec(): PictureCodec {
  sharp.cache(false);
  sharp.concurrency(1);
  const memory = new PictureMemory();
  return {
    async decode(file, limits) {
      const format = sniffFormat(file);
      if (format === undefined) {
        throw unreadable('is in none of the formats jpeg, png, webp, gif, tiff, bmp, ico, avif');
      }
      return { format, ...(await decodePixels(file, { format, limits, memory })) };
    },
    encodeJpeg,
  };
}

type Decoding = {
  readonly format: PictureFormat;
  readonly limits: DecodeLimits;
  readonly memory: PictureMemory;
};

async function decodePixels(file: Uint8Array, { format, limits, memory }: Decoding): Promise<Pixels> {
  switch (format) {
    case 'jpeg':
      return decodeCommonJpeg(file, limits, memory) ?? (await decodeWithSharp(file, limits));
    case 'bmp':
      return wholePicture(decodeBmp(file, limits.maxPixels));
    case 'ico': {
      const icon = readIcon(file, limits.maxPixels);
      return icon.kind === 'bitmap' ? wholePicture(icon.picture) : await decodeWithSharp(icon.file, limits);
    }
    default:
      return await decodeWithSharp(file, limits);
  }
}

type Size = { readonly width: number; readonly height: number };

function wholePicture(picture: Picture, { width, height }: Size = picture): Pixels {
  return { picture, fullWidth: width, fullHeight: height, [Symbol.dispose]: () => release(picture) };
}

/** The megabytes that come and go with every picture would make the garbage collector look through the whole heap. */
function release({ data: { buffer, byteLength } }: Picture): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

async function decodeWithSharp(file: Uint8Array, limits: DecodeLimits): Promise<Pixels> {
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
    const halvings = halvingsFor(fullWidth, fullHeight, limits);
    if (halvings > 0) {
      const side = (full: number): number => Math.max(1, full >> halvings);
      pipeline.resize(side(fullWidth), side(fullHeight), { fit: 'fill', kernel: 'linear' });
    }
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return wholePicture(toRgb(data, info), { width: fullWidth, height: fullHeight });
  } catch (error) {
    throw error instanceof AppError ? error : unreadable('is damaged or cut short', error);
  }
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
