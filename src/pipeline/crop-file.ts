import { AppError } from '../domain/errors.ts';
import type { FaceCrop } from '../domain/face.ts';
import type { PictureCodec } from '../domain/ports/picture-codec.ts';
import { type CroppedFace, cropSide } from './align.ts';

/** The crop as a file, to be stored with its reference. */
export async function encodeCrop(codec: PictureCodec, face: CroppedFace, quality: number): Promise<FaceCrop> {
  return { jpeg: await codec.encodeJpeg(face.pixels, quality), landmarks: face.landmarks };
}

/** The crop as every network sees it, now or after years in the store; `bad-input` when it is none of ours. */
export async function decodeCrop(codec: PictureCodec, crop: FaceCrop): Promise<CroppedFace> {
  const limits = { maxPixels: cropSide * cropSide, enoughLongSide: cropSide };
  const { picture } = await codec.decode(crop.jpeg, limits);
  if (picture.width !== cropSide || picture.height !== cropSide) {
    throw new AppError(
      'bad-input',
      `A crop has ${cropSide} × ${cropSide} pixels, not ${picture.width} × ${picture.height}`,
    );
  }
  return { pixels: picture, landmarks: crop.landmarks };
}
