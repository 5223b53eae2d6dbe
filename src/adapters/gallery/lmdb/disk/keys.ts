export { ownUuidBytes, uuidAt, uuidBytes } from '../../../../primitives/uuid-bytes.ts';

/** Eight bytes whose order is the number's. */
export function numberBytes(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(Math.floor(number / 2 ** 32));
  bytes.writeUInt32BE(number % 2 ** 32, 4);
  return bytes;
}

export function numberAt(bytes: Buffer, at = 0): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
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
