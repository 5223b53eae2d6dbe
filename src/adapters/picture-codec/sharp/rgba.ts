/**
 * Lays pixels on white paper: 8-bit red, green, blue and alpha (not premultiplied) into red, green and blue, as many as
 * there is room for.
 */
export function layOnWhite(rgba: Uint8Array, rgb: Uint8Array): void {
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!;
    // Nearly all bitmaps are opaque, and large ones would keep the others waiting.
    if (alpha === 255) {
      rgb[to] = rgba[from]!;
      rgb[to + 1] = rgba[from + 1]!;
      rgb[to + 2] = rgba[from + 2]!;
      continue;
    }
    const white = 255 * (255 - alpha);
    rgb[to] = Math.round((rgba[from]! * alpha + white) / 255);
    rgb[to + 1] = Math.round((rgba[from + 1]! * alpha + white) / 255);
    rgb[to + 2] = Math.round((rgba[from + 2]! * alpha + white) / 255);
  }
}
