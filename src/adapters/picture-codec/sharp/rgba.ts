import type { Picture } from '../../../domain/picture.ts';

/** 8-bit red, green, blue, alpha (not premultiplied), rows from the top. */
export type RgbaPicture = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** The picture as it looks on white paper. */
export function layOnWhite({ width, height, data }: RgbaPicture): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    const alpha = data[from + 3]!;
    // Nearly all bitmaps are opaque, and large ones would keep the others waiting.
    if (alpha === 255) {
      rgb[to] = data[from]!;
      rgb[to + 1] = data[from + 1]!;
      rgb[to + 2] = data[from + 2]!;
      continue;
    }
    const white = 255 * (255 - alpha);
    rgb[to] = Math.round((data[from]! * alpha + white) / 255);
    rgb[to + 1] = Math.round((data[from + 1]! * alpha + white) / 255);
    rgb[to + 2] = Math.round((data[from + 2]! * alpha + white) / 255);
  }
  return { width, height, data: rgb };
}
