import { warpToPicture } from '../../native/pixels/binding.ts';
import type { Picture } from '../domain/picture.ts';
import type { PictureCodec } from '../domain/ports/picture-codec.ts';

/** The longer side of a thumbnail in pixels; a smaller picture keeps its size. */
const longestSide = 320;
const quality = 85;

/** The whole picture made small, as a JPEG without metadata. */
export function encodeThumbnail(codec: PictureCodec, picture: Picture): Promise<Uint8Array> {
  return codec.encodeJpeg(shrink(picture), quality);
}

function shrink(picture: Picture): Picture {
  const { width, height } = picture;
  const step = Math.max(width, height) / longestSide;
  if (step <= 1) return picture;
  const side = (full: number): number => Math.max(1, Math.round(full / step));
  const toSource = { a: step, b: 0, tx: 0, ty: 0 };
  return warpToPicture({ source: picture, toSource, outside: 'nearest-edge' }, side(width), side(height));
}
