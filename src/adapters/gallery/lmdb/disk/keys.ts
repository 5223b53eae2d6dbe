import type { Uuid } from '../../../../domain/gallery.ts';

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Sixteen bytes; `undefined` for what is no UUID in lower case, which therefore names nothing. */
export function uuidBytes(uuid: string): Buffer | undefined {
  return uuidForm.test(uuid) ? Buffer.from(uuid.replaceAll('-', ''), 'hex') : undefined;
}

/** As `uuidBytes`, for a UUID that the store has given itself. */
export function ownUuidBytes(uuid: Uuid): Buffer {
  const bytes = uuidBytes(uuid);
  if (!bytes) throw new TypeError(`Expected a UUID in lower case, found ${JSON.stringify(uuid)}`);
  return bytes;
}

/** The UUID whose bytes start at `at`. */
export function uuidAt(bytes: Buffer, at = 0): Uuid {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Eight bytes whose order is the number's. */
export function numberBytes(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

export function numberAt(bytes: Buffer, at = 0): number {
  return Number(bytes.readBigUInt64BE(at));
}

/** UTF-16, high byte first: the order of the bytes is the order by code unit. */
export function textBytes(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

export function textAt(bytes: Buffer, at = 0): string {
  return Buffer.from(bytes.subarray(at)).swap16().toString('utf16le');
}

/** The least key above all that start with these bytes. */
export function afterPrefix(prefix: Buffer): Buffer {
  const after = Buffer.from(prefix);
  for (let at = after.length - 1; at >= 0; at--) {
    if (after[at]! < 255) {
      after[at]!++;
      return after.subarray(0, at + 1);
    }
  }
  throw new RangeError('No key lies above a prefix of nothing but 0xff');
}
