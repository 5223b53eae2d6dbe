import { AppError } from '../../../domain/errors.ts';

/** The error for bytes that are no picture, damaged or cut short; `why` completes "The picture …". */
export function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('picture-unreadable', `The picture ${why}`, cause === undefined ? {} : { cause });
}

/** Rejects a size of nothing as `picture-unreadable` and one above the limit as `too-large`. */
export function checkSize(width: number, height: number, maxPixels: number): void {
  if (!(width >= 1 && height >= 1)) throw unreadable('declares no pixels');
  if (width * height > maxPixels || width > 65535 || height > 65535) {
    throw new AppError(
      'too-large',
      `The picture has ${width} × ${height} pixels; at most ${maxPixels} are allowed`,
      {
        details: { width, height, maxPixels },
      },
    );
  }
}
