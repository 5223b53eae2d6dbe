import type { Picture } from '../../../domain/picture.ts';
import { layOnWhite, type RgbaPicture } from './rgba.ts';
import { checkSize, unreadable } from './unreadable.ts';

/** Where a device-independent bitmap lies in a file: an ICO's has no file header, twice the height, and a mask. */
export type DibPlace = {
  readonly headerAt: number;
  /** Absent when the pixels follow the palette. */
  readonly pixelsAt?: number;
  readonly inIcon: boolean;
  readonly maxPixels: number;
};

export type Dib = RgbaPicture & {
  readonly bitsPerPixel: number;
  /** The first byte after the pixels. */
  readonly pixelsEnd: number;
};

const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

type DibHeader = {
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

/** Decodes a Windows or OS/2 bitmap of 1, 4, 8, 16, 24 or 32 bits, plain, run-length coded or with bit fields. */
export function decodeBmp(file: Uint8Array, maxPixels: number): Picture {
  const view = viewOf(file);
  if (view.byteLength < 18) throw unreadable('ends within its header');
  return layOnWhite(
    decodeDib(file, { headerAt: 14, pixelsAt: view.getUint32(10, true), inIcon: false, maxPixels }),
  );
}

/** Decodes the bitmap that begins at `headerAt`. */
export function decodeDib(file: Uint8Array, place: DibPlace): Dib {
  const view = viewOf(file);
  const header = readHeader(view, place);
  checkSize(header.width, header.height, place.maxPixels);
  const pixelsAt = place.pixelsAt ?? header.paletteAt + header.paletteEntries * header.paletteEntryBytes;
  const data = new Uint8Array(header.width * header.height * 4);
  const isRunLength = header.compression === compressions.rle8 || header.compression === compressions.rle4;
  const unpack = isRunLength
    ? unpackRuns
    : header.bitsPerPixel <= 8
      ? unpackIndexed
      : isPlainColour(header)
        ? unpackColour
        : unpackDirect;
  const pixelsEnd = unpack(view, pixelsAt, header, data);
  return { width: header.width, height: header.height, data, bitsPerPixel: header.bitsPerPixel, pixelsEnd };
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function readHeader(view: DataView, place: DibPlace): DibHeader {
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

/** Index of the RGBA pixel (0, row) when rows come in the file's order. */
function rowStart(header: DibHeader, row: number): number {
  return (header.isTopDown ? row : header.height - 1 - row) * header.width * 4;
}

/** Four bytes an entry: red, green, blue, 255; colours that the file leaves out are black. */
function readPalette(view: DataView, header: DibHeader): Uint8Array {
  const palette = new Uint8Array(256 * 4);
  for (let entry = 0; entry < 256; entry++) {
    palette[entry * 4 + 3] = 255;
    const at = header.paletteAt + entry * header.paletteEntryBytes;
    if (entry >= header.paletteEntries || at + 3 > view.byteLength) continue;
    for (let c = 0; c < 3; c++) palette[entry * 4 + c] = view.getUint8(at + 2 - c);
  }
  return palette;
}

function checkedEnd(view: DataView, pixelsAt: number, header: DibHeader): { stride: number; end: number } {
  const stride = Math.ceil((header.width * header.bitsPerPixel) / 32) * 4;
  const end = pixelsAt + stride * header.height;
  if (end > view.byteLength) throw unreadable('ends before its last pixel');
  return { stride, end };
}

function unpackIndexed(view: DataView, pixelsAt: number, header: DibHeader, data: Uint8Array): number {
  const { stride, end } = checkedEnd(view, pixelsAt, header);
  const palette = readPalette(view, header);
  const bits = header.bitsPerPixel;
  for (let row = 0; row < header.height; row++) {
    const to = rowStart(header, row);
    for (let x = 0; x < header.width; x++) {
      const bit = x * bits;
      const byte = view.getUint8(pixelsAt + row * stride + (bit >> 3));
      const index = (byte >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
      for (let c = 0; c < 4; c++) data[to + 4 * x + c] = palette[4 * index + c]!;
    }
  }
  return end;
}

/** The usual form of photographs: a byte for blue, green and red each, and at most one that means nothing. */
function isPlainColour({ bitsPerPixel, masks: [red, green, blue, alpha] }: DibHeader): boolean {
  if (bitsPerPixel === 24) return true;
  return bitsPerPixel === 32 && red === 0xff0000 && green === 0xff00 && blue === 0xff && alpha === 0;
}

/** As `unpackDirect`, many times as fast. */
function unpackColour(view: DataView, pixelsAt: number, header: DibHeader, data: Uint8Array): number {
  const { stride, end } = checkedEnd(view, pixelsAt, header);
  const file = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const step = header.bitsPerPixel / 8;
  for (let row = 0; row < header.height; row++) {
    let from = pixelsAt + row * stride;
    let to = rowStart(header, row);
    for (const rowEnd = to + 4 * header.width; to < rowEnd; to += 4, from += step) {
      data[to] = file[from + 2]!;
      data[to + 1] = file[from + 1]!;
      data[to + 2] = file[from]!;
      data[to + 3] = 255;
    }
  }
  return end;
}

function unpackDirect(view: DataView, pixelsAt: number, header: DibHeader, data: Uint8Array): number {
  const { stride, end } = checkedEnd(view, pixelsAt, header);
  const bytes = header.bitsPerPixel / 8;
  const read = {
    2: (at: number) => view.getUint16(at, true),
    3: (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16),
    4: (at: number) => view.getUint32(at, true),
  }[bytes as 2 | 3 | 4];
  const channels = header.masks.map(channelReader);
  for (let row = 0; row < header.height; row++) {
    const to = rowStart(header, row);
    for (let x = 0; x < header.width; x++) {
      const pixel = read(pixelsAt + row * stride + x * bytes);
      for (let c = 0; c < 4; c++) data[to + 4 * x + c] = channels[c]!(pixel);
    }
  }
  return end;
}

/** Reads the channel under a mask, scaled to 0 … 255; no mask reads as 255, which only alpha may want. */
function channelReader(mask: number, channel: number): (pixel: number) => number {
  if (mask === 0) return channel === 3 ? () => 255 : () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) / most) * 255);
}

/** Runs and literal stretches of palette indexes, with escapes for end of line, end of picture and moving on. */
function unpackRuns(view: DataView, pixelsAt: number, header: DibHeader, data: Uint8Array): number {
  const palette = readPalette(view, header);
  const isNibbles = header.compression === compressions.rle4;
  // Whole pixels at a time; the memory was made here and is aligned.
  new Uint32Array(data.buffer).fill(new Uint32Array(palette.buffer)[0]!);
  let at = pixelsAt;
  let x = 0;
  let row = 0;
  const next = (): number => {
    if (at >= view.byteLength) throw unreadable('ends within its runs');
    return view.getUint8(at++);
  };
  const put = (index: number): void => {
    if (x < header.width && row < header.height) {
      const to = rowStart(header, row) + 4 * x;
      for (let c = 0; c < 4; c++) data[to + c] = palette[4 * index + c]!;
    }
    x++;
  };
  const pick = (byte: number, i: number): number => (isNibbles ? (i & 1 ? byte & 15 : byte >> 4) : byte);
  while (row < header.height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(pick(value, i));
    } else if (value === 0) {
      x = 0;
      row++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      row += next();
    } else {
      const start = at;
      for (let i = 0, byte = 0; i < value; i++) {
        if (!isNibbles || !(i & 1)) byte = next();
        put(pick(byte, i));
      }
      // Literal stretches are padded to whole 16-bit words.
      if ((at - start) & 1) next();
    }
  }
  return at;
}
