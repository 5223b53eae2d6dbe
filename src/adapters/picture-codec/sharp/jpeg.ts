import { decodeJpeg } from '../../../../native/jpeg/binding.ts';
import type { DecodedPicture, Picture } from '../../../domain/picture.ts';
import type { DecodeLimits } from '../../../domain/ports/picture-codec.ts';
import { halvingsFor } from './halvings.ts';
import { readJpegHeader } from './jpeg-header.ts';
import type { PictureMemory } from './picture-memory.ts';
import { isSrgbProfile } from './srgb-profile.ts';
import { checkSize, unreadable } from './unreadable.ts';

export type Pixels = Omit<DecodedPicture, 'format'>;

/**
 * Decodes a JPEG as cameras make them, grey or YCbCr in sRGB, in half the time of sharp, which has to take the others:
 * for them the answer is undefined.
 */
export function decodeCommonJpeg(
  file: Uint8Array,
  limits: DecodeLimits,
  memory: PictureMemory,
): Pixels | undefined {
  const header = readJpegHeader(file);
  if (header === undefined) throw unreadable('is damaged or cut short');
  checkSize(header.width, header.height, limits.maxPixels);
  const { colourProfile, orientation, components, isCommon } = header;
  const isSrgb = colourProfile === undefined || isSrgbProfile(colourProfile);
  if (!isCommon || !isSrgb || (components !== 1 && components !== 3)) return undefined;
  const [fullWidth, fullHeight] =
    orientation < 5 ? [header.width, header.height] : [header.height, header.width];
  const halvings = halvingsFor(fullWidth, fullHeight, limits);
  const side = (full: number): number => Math.ceil(full / 2 ** halvings);
  const width = side(fullWidth);
  const height = side(fullHeight);
  const pixels = memory.take(width * height * 3);
  const refusal = decodeJpeg({ file, halvings, orientation, width, height, pixels });
  if (refusal !== undefined) {
    memory.giveBack(pixels);
    throw unreadable('is damaged or cut short', new Error(refusal));
  }
  const picture: Picture = { width, height, data: pixels };
  return { picture, fullWidth, fullHeight, [Symbol.dispose]: () => memory.giveBack(pixels) };
}
