import type { Picture } from '../../../domain/picture.ts';
import { type DibPlace, readHeader } from './dib-header.ts';
import { readRows, type TakeRow } from './dib-rows.ts';
import { layOnWhite } from './rgba.ts';
import { checkSize, unreadable } from './unreadable.ts';

/** A bitmap of which the size is known and allowed, and no pixel read yet. */
export type Dib = {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  /** Reads all rows; returns the place of the first byte after the pixels. */
  readRows(take: TakeRow): number;
};

/**
 * Decodes a Windows or OS/2 bitmap of 1, 4, 8, 16, 24 or 32 bits, plain, run-length coded or with bit fields. A few bytes
 * can stand for as many pixels as are allowed, so it takes memory for the picture and a row, and time for what is drawn.
 */
export function decodeBmp(file: Uint8Array, maxPixels: number): Picture {
  if (file.byteLength < 18) throw unreadable('ends within its header');
  const pixelsAt = viewOf(file).getUint32(10, true);
  const { width, height, ...dib } = openDib(file, { headerAt: 14, pixelsAt, inIcon: false, maxPixels });
  const data = new Uint8Array(width * height * 3);
  dib.readRows((rgba, row) => layOnWhite(rgba, data.subarray(3 * width * row, 3 * width * (row + 1))));
  return { width, height, data };
}

/** Opens the bitmap that begins at `headerAt`. */
export function openDib(file: Uint8Array, place: DibPlace): Dib {
  const view = viewOf(file);
  const header = readHeader(view, place);
  const { width, height, bitsPerPixel, paletteAt, paletteEntries, paletteEntryBytes } = header;
  checkSize(width, height, place.maxPixels);
  const pixelsAt = place.pixelsAt ?? paletteAt + paletteEntries * paletteEntryBytes;
  return { width, height, bitsPerPixel, readRows: (take) => readRows(view, { pixelsAt, header }, take) };
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}
