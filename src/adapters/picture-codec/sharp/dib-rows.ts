import { compressions, type DibHeader } from './dib-header.ts';
import { unreadable } from './unreadable.ts';

/** Takes a row's red, green, blue and alpha, and keeps none of it; row 0 is the top. Each row comes once. */
export type TakeRow = (rgba: Uint8Array, row: number) => void;

export type DibPixels = { readonly pixelsAt: number; readonly header: DibHeader };

/** Reads all rows of a bitmap; returns the place of the first byte after its pixels. */
export function readRows(view: DataView, pixels: DibPixels, take: TakeRow): number {
  const { header } = pixels;
  const { compression } = header;
  if (compression === compressions.rle8 || compression === compressions.rle4) {
    return readRuns(view, pixels, take);
  }
  const read =
    header.bitsPerPixel <= 8
      ? indexReader(view, header)
      : isPlainColour(header)
        ? colourReader(view, header)
        : maskReader(view, header);
  const stride = Math.ceil((header.width * header.bitsPerPixel) / 32) * 4;
  const end = pixels.pixelsAt + stride * header.height;
  if (end > view.byteLength) throw unreadable('ends before its last pixel');
  const rgba = new Uint8Array(header.width * 4);
  for (let row = 0; row < header.height; row++) {
    read(pixels.pixelsAt + row * stride, rgba);
    take(rgba, fromTop(header, row));
  }
  return end;
}

/** Reads the row that begins at that byte. */
type ReadRow = (at: number, rgba: Uint8Array) => void;

function fromTop(header: DibHeader, row: number): number {
  return header.isTopDown ? row : header.height - 1 - row;
}

/** A whole pixel an entry, as it lies in memory: red, green, blue, 255; colours that the file leaves out are black. */
function readPalette(view: DataView, header: DibHeader): Uint32Array {
  const palette = new Uint8Array(256 * 4);
  for (let entry = 0; entry < 256; entry++) {
    palette[entry * 4 + 3] = 255;
    const at = header.paletteAt + entry * header.paletteEntryBytes;
    if (entry >= header.paletteEntries || at + 3 > view.byteLength) continue;
    for (let c = 0; c < 3; c++) palette[entry * 4 + c] = view.getUint8(at + 2 - c);
  }
  return new Uint32Array(palette.buffer);
}

function indexReader(view: DataView, header: DibHeader): ReadRow {
  const palette = readPalette(view, header);
  const bits = header.bitsPerPixel;
  const most = (1 << bits) - 1;
  return (at, rgba) => {
    const pixels = new Uint32Array(rgba.buffer);
    for (let x = 0; x < header.width; x++) {
      const bit = x * bits;
      const index = (view.getUint8(at + (bit >> 3)) >> (8 - bits - (bit & 7))) & most;
      pixels[x] = palette[index]!;
    }
  };
}

/** The usual form of photographs: a byte for blue, green and red each, and at most one that means nothing. */
function isPlainColour({ bitsPerPixel, masks: [red, green, blue, alpha] }: DibHeader): boolean {
  if (bitsPerPixel === 24) return true;
  return bitsPerPixel === 32 && red === 0xff0000 && green === 0xff00 && blue === 0xff && alpha === 0;
}

/** As `maskReader`, many times as fast. */
function colourReader(view: DataView, header: DibHeader): ReadRow {
  const file = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const step = header.bitsPerPixel / 8;
  return (at, rgba) => {
    for (let from = at, to = 0; to < rgba.length; from += step, to += 4) {
      rgba[to] = file[from + 2]!;
      rgba[to + 1] = file[from + 1]!;
      rgba[to + 2] = file[from]!;
      rgba[to + 3] = 255;
    }
  };
}

function maskReader(view: DataView, header: DibHeader): ReadRow {
  const bytes = header.bitsPerPixel / 8;
  const read = {
    2: (at: number) => view.getUint16(at, true),
    3: (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16),
    4: (at: number) => view.getUint32(at, true),
  }[bytes as 2 | 3 | 4];
  const channels = header.masks.map(channelReader);
  return (at, rgba) => {
    for (let x = 0; x < header.width; x++) {
      const pixel = read(at + x * bytes);
      for (let c = 0; c < 4; c++) rgba[4 * x + c] = channels[c]!(pixel);
    }
  };
}

/** Reads the channel under a mask, scaled to 0 … 255; no mask reads as 255, which only alpha may want. */
function channelReader(mask: number, channel: number): (pixel: number) => number {
  if (mask === 0) return channel === 3 ? () => 255 : () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) / most) * 255);
}

/** Runs and literal stretches of palette indexes, with escapes for end of line, end of picture and moving on. */
function readRuns(view: DataView, { pixelsAt, header }: DibPixels, take: TakeRow): number {
  const palette = readPalette(view, header);
  const isNibbles = header.compression === compressions.rle4;
  const canvas = openCanvas(header, palette[0]!, take);
  let at = pixelsAt;
  const next = (): number => {
    if (at >= view.byteLength) throw unreadable('ends within its runs');
    return view.getUint8(at++);
  };
  const pick = (byte: number, i: number): number =>
    palette[isNibbles ? (i & 1 ? byte & 15 : byte >> 4) : byte]!;
  while (canvas.hasRoom()) {
    const count = next();
    const value = next();
    if (count > 0) {
      canvas.put(count, (i) => pick(value, i));
    } else if (value === 0) {
      canvas.move(Number.NEGATIVE_INFINITY, 1);
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      canvas.move(next(), next());
    } else {
      const bytes = isNibbles ? Math.ceil(value / 2) : value;
      // Literal stretches are padded to whole 16-bit words.
      const end = at + bytes + (bytes & 1);
      if (end > view.byteLength) throw unreadable('ends within its runs');
      canvas.put(value, (i) => pick(view.getUint8(at + (isNibbles ? i >> 1 : i)), i));
      at = end;
    }
  }
  canvas.finish();
  return at;
}

/** Rows that are drawn from left to right, one after the other; what nothing is drawn on has the ground's colour. */
function openCanvas(header: DibHeader, ground: number, take: TakeRow) {
  const pixels = new Uint32Array(header.width).fill(ground);
  const rgba = new Uint8Array(pixels.buffer);
  let x = 0;
  let row = 0;
  const endRow = (): void => {
    take(rgba, fromTop(header, row++));
    pixels.fill(ground);
  };
  return {
    hasRoom: () => row < header.height,
    /** What reaches over the end of the row is not drawn. */
    put(count: number, pixelAt: (i: number) => number): void {
      const visible = Math.min(count, header.width - x);
      for (let i = 0; i < visible; i++) pixels[x + i] = pixelAt(i);
      x += count;
    },
    move(right: number, down: number): void {
      x = Math.max(0, x + right);
      for (let i = 0; i < down && row < header.height; i++) endRow();
    },
    finish(): void {
      while (row < header.height) endRow();
    },
  };
}
