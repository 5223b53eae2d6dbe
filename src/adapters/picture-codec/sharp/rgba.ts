import type { Picture } from '../../../domain/picture.ts';

/** 8-bit red, green, blue, alpha (not premultiplied), rows from the top. */
export type RgbaPicture = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** The picture as it looks on white paper. */
export function layOnWhite({ width, height, data }: RgbaPicture): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = data[4 * pixel + 3]!;
    for (let c = 0; c < 3; c++) {
      rgb[3 * pixel + c] = Math.round((data[4 * pixel + c]! * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { width, height, data: rgb };
}
