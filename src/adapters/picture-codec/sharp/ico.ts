import type { Picture } from '../../../domain/picture.ts';
import { openDib } from './bmp.ts';
import { layOnWhite } from './rgba.ts';
import { unreadable } from './unreadable.ts';

type IconEntry = {
  readonly area: number;
  readonly bitsPerPixel: number;
  readonly size: number;
  readonly at: number;
};

/** What the largest picture of an icon is: a bitmap, decoded, or a PNG file that is still to be. */
export type IconPicture =
  | { readonly kind: 'bitmap'; readonly picture: Picture }
  | { kind: 'png'; file: Uint8Array };

const directoryBytes = 6;
const entryBytes = 16;
/** An icon of bitmaps has 256 × 256 by its format; what is larger by much is no icon. */
const mostBitmapPixels = 1024 * 1024;

/** Finds the largest picture of a Windows icon, of equally large ones that with most colours. */
export function readIcon(file: Uint8Array, maxPixels: number): IconPicture {
  const largest = readEntries(file).sort((a, b) => b.area - a.area || b.bitsPerPixel - a.bitsPerPixel)[0];
  if (!largest) throw unreadable('is an icon without pictures');
  const part = file.subarray(largest.at, largest.at + largest.size);
  if (largest.size === 0 || part.length < largest.size) throw unreadable('ends before its largest icon');
  if (part[0] === 0x89 && part[1] === 0x50) return { kind: 'png', file: part };
  return { kind: 'bitmap', picture: decodeBitmap(part, Math.min(maxPixels, mostBitmapPixels)) };
}

function decodeBitmap(part: Uint8Array, maxPixels: number): Picture {
  const { width, height, ...dib } = openDib(part, { headerAt: 0, inIcon: true, maxPixels });
  const rgba = new Uint8Array(width * height * 4);
  const pixelsEnd = dib.readRows((pixels, row) => rgba.set(pixels, 4 * width * row));
  applyMask(part, { width, height, rgba, pixelsEnd, bitsPerPixel: dib.bitsPerPixel });
  const data = new Uint8Array(width * height * 3);
  layOnWhite(rgba, data);
  return { width, height, data };
}

function readEntries(file: Uint8Array): IconEntry[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.byteLength < directoryBytes) throw unreadable('ends within its header');
  const count = view.getUint16(4, true);
  if (directoryBytes + count * entryBytes > view.byteLength) throw unreadable('ends within its header');
  return Array.from({ length: count }, (_, index) => {
    const at = directoryBytes + index * entryBytes;
    // A side of 256 does not fit into a byte and is written as 0.
    const side = (offset: number): number => view.getUint8(at + offset) || 256;
    return {
      area: side(0) * side(1),
      bitsPerPixel: view.getUint16(at + 6, true),
      size: view.getUint32(at + 8, true),
      at: view.getUint32(at + 12, true),
    };
  });
}

type IconBitmap = {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  /** The first byte after the pixels. */
  readonly pixelsEnd: number;
  readonly bitsPerPixel: number;
};

/** Makes the pixels under the icon's AND mask transparent, unless the picture has an alpha channel that is used. */
function applyMask(part: Uint8Array, bitmap: IconBitmap): void {
  const { width, height, rgba, pixelsEnd } = bitmap;
  if (bitmap.bitsPerPixel === 32) {
    if (hasVisiblePixel(rgba)) return;
    for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
  }
  const stride = Math.ceil(width / 32) * 4;
  // Some writers leave the mask out; the picture is then opaque.
  if (pixelsEnd + stride * height > part.length) return;
  for (let row = 0; row < height; row++) {
    const from = pixelsEnd + row * stride;
    const to = (height - 1 - row) * width * 4;
    for (let x = 0; x < width; x++) {
      if ((part[from + (x >> 3)]! >> (7 - (x & 7))) & 1) rgba[to + 4 * x + 3] = 0;
    }
  }
}

function hasVisiblePixel(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return true;
  return false;
}
