import type { DecodedPicture } from '../../../domain/picture.ts';

export type PictureFormat = DecodedPicture['format'];

type Signature = { readonly at: number; readonly bytes: string };

/** Latin-1 strings at byte offsets; a file is of the first format whose signatures all fit. */
const signatures: readonly (readonly [PictureFormat, readonly Signature[]])[] = [
  ['jpeg', [{ at: 0, bytes: '\xff\xd8\xff' }]],
  ['png', [{ at: 0, bytes: '\x89PNG\r\n\x1a\n' }]],
  [
    'webp',
    [
      { at: 0, bytes: 'RIFF' },
      { at: 8, bytes: 'WEBP' },
    ],
  ],
  ['gif', [{ at: 0, bytes: 'GIF87a' }]],
  ['gif', [{ at: 0, bytes: 'GIF89a' }]],
  ['tiff', [{ at: 0, bytes: 'II*\0' }]],
  ['tiff', [{ at: 0, bytes: 'MM\0*' }]],
  ['tiff', [{ at: 0, bytes: 'II+\0\x08\0\0\0' }]],
  ['tiff', [{ at: 0, bytes: 'MM\0+\0\x08\0\0' }]],
  ['bmp', [{ at: 0, bytes: 'BM' }]],
  ['ico', [{ at: 0, bytes: '\0\0\x01\0' }]],
];

/** The format that the file's first bytes declare, if it is one of ours; names and content types are not looked at. */
export function sniffFormat(file: Uint8Array): PictureFormat | undefined {
  const known = signatures.find(([, parts]) => parts.every((part) => hasSignature(file, part)));
  return known?.[0] ?? (isAvif(file) ? 'avif' : undefined);
}

function hasSignature(file: Uint8Array, { at, bytes }: Signature): boolean {
  return text(file, at, bytes.length) === bytes;
}

/** An ISO media file whose major or compatible brands name AVIF. */
function isAvif(file: Uint8Array): boolean {
  if (text(file, 4, 4) !== 'ftyp') return false;
  const boxEnd = Math.min(new DataView(file.buffer, file.byteOffset).getUint32(0), 256, file.length);
  const brands = [text(file, 8, 4)];
  for (let at = 16; at + 4 <= boxEnd; at += 4) brands.push(text(file, at, 4));
  return brands.includes('avif') || brands.includes('avis');
}

function text(file: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...file.subarray(at, at + length));
}
