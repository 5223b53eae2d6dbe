import { ownUuidBytes, uuidAt, uuidBytes } from './uuid-bytes.ts';

/** When and where a write was made, on a hybrid logical clock: what a device writes later, or after having seen it, is greater. */
export type Stamp = {
  /** Since 1970, UTC; 48 bits. */
  readonly ms: number;
  /** Tells apart what has the same millisecond; 16 bits. */
  readonly count: number;
  /** UUID in lower case. */
  readonly device: string;
};

/** Of a stamp as bytes. */
export const stampLength = 24;
export const maxStampMs = 2 ** 48 - 1;
export const maxStampCount = 2 ** 16 - 1;

const textForm = /^([0-9a-f]{12})-([0-9a-f]{4})-(.{36})$/;

/** By time alone; 0 for what two devices wrote at the same moment. */
export function compareMoments(one: Stamp, other: Stamp): number {
  return one.ms - other.ms || one.count - other.count;
}

/** By time, then by device: 0 only for equal stamps. */
export function compareStamps(one: Stamp, other: Stamp): number {
  const moments = compareMoments(one, other);
  if (moments !== 0 || one.device === other.device) return moments;
  return one.device < other.device ? -1 : 1;
}

/** The greater of the stamps that are there. */
export function latestStamp(...stamps: readonly (Stamp | undefined)[]): Stamp | undefined {
  let latest: Stamp | undefined;
  for (const stamp of stamps) {
    if (stamp && (!latest || compareStamps(stamp, latest) > 0)) latest = stamp;
  }
  return latest;
}

/** Milliseconds (6 bytes), count (2), device (16), high byte first: the order of the bytes is that of the stamps. */
export function stampBytes(stamp: Stamp): Buffer {
  const bytes = Buffer.allocUnsafe(stampLength);
  writeStamp(stamp, bytes, 0);
  return bytes;
}

/** Writes a stamp's bytes to `at`. */
export function writeStamp({ ms, count, device }: Stamp, bytes: Buffer, at: number): void {
  bytes.writeUIntBE(ms, at, 6);
  bytes.writeUInt16BE(count, at + 6);
  ownUuidBytes(device).copy(bytes, at + 8);
}

/** The stamp whose bytes start at `at`; a RangeError when there are fewer than `stampLength`. */
export function stampAt(bytes: Buffer, at = 0): Stamp {
  if (bytes.length < at + stampLength) throw new RangeError(`A stamp has ${stampLength} bytes`);
  return { ms: bytes.readUIntBE(at, 6), count: bytes.readUInt16BE(at + 6), device: uuidAt(bytes, at + 8) };
}

/** `<ms>-<count>-<device>`, in hexadecimal of fixed width: the order of the texts is that of the stamps. */
export function stampText({ ms, count, device }: Stamp): string {
  return `${ms.toString(16).padStart(12, '0')}-${count.toString(16).padStart(4, '0')}-${device}`;
}

/** Reads what `stampText` wrote; `undefined` for everything else. */
export function parseStamp(text: string): Stamp | undefined {
  const [, ms, count, device] = textForm.exec(text) ?? [];
  if (!ms || !count || !device || !uuidBytes(device)) return undefined;
  return { ms: Number.parseInt(ms, 16), count: Number.parseInt(count, 16), device };
}
