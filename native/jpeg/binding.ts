import { loadAddon } from '../load-addon.ts';

/** How EXIF numbers the ways a picture can lie; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export type JpegRequest = {
  readonly file: Uint8Array;
  /** The picture is wanted at 1/2, 1/4 or 1/8; each side is rounded up. */
  readonly halvings: 0 | 1 | 2 | 3;
  readonly orientation: Orientation;
  /** Size of the picture that comes of it, upright. */
  readonly width: number;
  readonly height: number;
  /** Where its 8-bit RGB pixels go: width · height · 3 bytes. */
  readonly pixels: Uint8Array;
};

type Native = {
  decode(...args: readonly unknown[]): string | undefined;
};

const native = loadAddon<Native>('jpeg');

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 65535;

/**
 * Decodes a baseline or progressive JPEG, grey or in colour, with libjpeg-turbo; colour profiles are not looked at.
 * Answers why it was refused (damaged, cut short, of another size than told), or nothing. Holds the calling thread.
 */
export function decodeJpeg({
  file,
  halvings,
  orientation,
  width,
  height,
  pixels,
}: JpegRequest): string | undefined {
  if (!isSize(width) || !isSize(height) || pixels.length !== width * height * 3) {
    throw new RangeError(`${pixels.length} bytes are no place for ${width} × ${height} RGB pixels.`);
  }
  return native.decode(file, halvings, orientation, pixels, width, height);
}
