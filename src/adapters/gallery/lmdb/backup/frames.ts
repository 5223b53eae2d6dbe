import { AppError } from '../../../../domain/errors.ts';

/** What a backup is made of, once it is decrypted; docs/backup.md tells the bytes. */
export type Frame =
  /** From here on records are of this table. */
  | { readonly kind: 'table'; readonly file: string; readonly table: string }
  /** Byte for byte as it lies in its file. */
  | { readonly kind: 'record'; readonly key: Buffer; readonly value: Buffer }
  /** The last one: how many records there were in all. */
  | { readonly kind: 'end'; readonly records: number };

const headBytes = 9;
const kinds = { table: 1, record: 2, end: 3 } as const;

/** A kind, two lengths (32 bits, low byte first), two pieces of these lengths. */
export function frameParts(frame: Frame): [Buffer, Uint8Array, Uint8Array] {
  const [one, other] = pieces(frame);
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = kinds[frame.kind];
  head.writeUInt32LE(one.byteLength, 1);
  head.writeUInt32LE(other.byteLength, 5);
  return [head, one, other];
}

function pieces(frame: Frame): [Uint8Array, Uint8Array] {
  switch (frame.kind) {
    case 'table':
      return [Buffer.from(frame.file), Buffer.from(frame.table)];
    case 'record':
      return [frame.key, frame.value];
    case 'end':
      return [Buffer.from(String(frame.records)), Buffer.alloc(0)];
  }
}

/** The frames in these bytes, and what is left of them for the next. */
export function parseFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const middle = at + headBytes + bytes.readUInt32LE(at + 1);
    const end = middle + bytes.readUInt32LE(at + 5);
    if (end > bytes.length) break;
    frames.push(toFrame(bytes[at]!, bytes.subarray(at + headBytes, middle), bytes.subarray(middle, end)));
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

function toFrame(kind: number, one: Buffer, other: Buffer): Frame {
  if (kind === kinds.table) return { kind: 'table', file: one.toString(), table: other.toString() };
  if (kind === kinds.record) return { kind: 'record', key: one, value: other };
  if (kind === kinds.end) return { kind: 'end', records: Number(one.toString()) };
  throw new AppError('storage-failed', 'The backup holds what this version of Ostiary does not know');
}
