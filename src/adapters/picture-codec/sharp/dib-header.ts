import { unreadable } from './unreadable.ts';

/** Where a device-independent bitmap lies in a file: an ICO's has no file header, twice the height, and a mask. */
export type DibPlace = {
  readonly headerAt: number;
  /** Absent when the pixels follow the palette. */
  readonly pixelsAt?: number;
  readonly inIcon: boolean;
  readonly maxPixels: number;
};

export const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

export type DibHeader = {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bitsPerPixel: number;
  readonly compression: number;
  /** Red, green, blue, alpha; alpha 0 is none. */
  readonly masks: readonly [number, number, number, number];
  readonly paletteAt: number;
  readonly paletteEntries: number;
  readonly paletteEntryBytes: 3 | 4;
};

/** `picture-unreadable` when it is none that we know, or cut short. */
export function readHeader(view: DataView, place: DibPlace): DibHeader {
  const at = place.headerAt;
  const size = at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
  if (![12, 40, 52, 56, 64, 108, 124].includes(size))
    throw unreadable('has a bitmap header of an unknown form');
  if (at + size > view.byteLength) throw unreadable('ends within its header');
  return size === 12 ? readCoreHeader(view, at) : readInfoHeader(view, at, size, place.inIcon);
}

function readCoreHeader(view: DataView, at: number): DibHeader {
  const bitsPerPixel = view.getUint16(at + 10, true);
  if (![1, 4, 8, 24].includes(bitsPerPixel)) throw unreadable(`has ${bitsPerPixel} bits a pixel`);
  return {
    width: view.getUint16(at + 4, true),
    height: view.getUint16(at + 6, true),
    isTopDown: false,
    bitsPerPixel,
    compression: compressions.none,
    masks: [0, 0, 0, 0],
    paletteAt: at + 12,
    paletteEntries: bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0,
    paletteEntryBytes: 3,
  };
}

function readInfoHeader(view: DataView, at: number, size: number, inIcon: boolean): DibHeader {
  const signedHeight = view.getInt32(at + 8, true);
  const bitsPerPixel = view.getUint16(at + 14, true);
  // In OS/2's header of 64 bytes other numbers than these mean other things.
  const compression = view.getUint32(at + 16, true);
  checkCombination(bitsPerPixel, compression, size);
  const hasMasksBehind = size === 40 && compression >= compressions.bitFields;
  const maskBytes = hasMasksBehind ? (compression === compressions.alphaBitFields ? 16 : 12) : 0;
  if (at + size + maskBytes > view.byteLength) throw unreadable('ends within its header');
  const used = view.getUint32(at + 32, true);
  const most = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  return {
    width: view.getInt32(at + 4, true),
    height: inIcon ? Math.floor(Math.abs(signedHeight) / 2) : Math.abs(signedHeight),
    isTopDown: signedHeight < 0,
    bitsPerPixel,
    compression,
    masks: readMasks(view, { at: at + 40, compression, bitsPerPixel, size, inIcon }),
    paletteAt: at + size + maskBytes,
    paletteEntries: used === 0 ? most : Math.min(used, most),
    paletteEntryBytes: 4,
  };
}

function checkCombination(bitsPerPixel: number, compression: number, headerSize: number): void {
  const { none, rle8, rle4, bitFields, alphaBitFields } = compressions;
  const fits =
    (compression === none && [1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) ||
    (compression === rle8 && bitsPerPixel === 8) ||
    (compression === rle4 && bitsPerPixel === 4) ||
    (headerSize !== 64 &&
      [bitFields, alphaBitFields].some((kind) => kind === compression) &&
      [16, 32].includes(bitsPerPixel));
  if (!fits) throw unreadable(`has ${bitsPerPixel} bits a pixel with compression ${compression}`);
}

type MaskPlace = Pick<DibHeader, 'compression' | 'bitsPerPixel'> & {
  at: number;
  size: number;
  inIcon: boolean;
};

function readMasks(view: DataView, place: MaskPlace): DibHeader['masks'] {
  if (place.compression >= compressions.bitFields) {
    const hasAlpha = place.compression === compressions.alphaBitFields || place.size >= 56;
    const mask = (index: number): number => view.getUint32(place.at + 4 * index, true);
    return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0];
  }
  if (place.bitsPerPixel === 16) return [0x7c00, 0x03e0, 0x001f, 0];
  // Outside of icons the fourth byte is undefined.
  return [0xff0000, 0xff00, 0xff, place.inIcon && place.bitsPerPixel === 32 ? 0xff000000 : 0];
}
