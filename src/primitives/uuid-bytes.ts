const uuidLength = 36;
/** Of each byte its place in the text. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const hyphens = [8, 13, 18, 23] as const;
const hyphen = '-'.charCodeAt(0);
/** By character code: the value of a digit, in lower case. */
const digits = new Int8Array(128).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) digits[digit.charCodeAt(0)] = value;
const mostRecent = 256;
/** What was asked for last: one write needs the same few ids again and again. */
const recent = new Map<string, Buffer>();

/** Sixteen bytes; `undefined` for what is no UUID in lower case, which therefore names nothing. */
export function uuidBytes(uuid: string): Buffer | undefined {
  if (uuid.length !== uuidLength) return undefined;
  for (const at of hyphens) if (uuid.charCodeAt(at) !== hyphen) return undefined;
  const bytes = Buffer.allocUnsafe(places.length);
  for (let at = 0; at < places.length; at++) {
    const byte = (digitAt(uuid, places[at]!) << 4) | digitAt(uuid, places[at]! + 1);
    if (byte < 0) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}

/** Below 0 for what is no digit. */
function digitAt(uuid: string, at: number): number {
  return digits[uuid.charCodeAt(at)] ?? -1;
}

/** As `uuidBytes`, for a UUID that we have made ourselves; to be read only, for others get the same. */
export function ownUuidBytes(uuid: string): Buffer {
  const known = recent.get(uuid);
  if (known) return known;
  const bytes = uuidBytes(uuid);
  if (!bytes) throw new TypeError(`Expected a UUID in lower case, found ${JSON.stringify(uuid)}`);
  if (recent.size === mostRecent) recent.clear();
  recent.set(uuid, bytes);
  return bytes;
}

/** The UUID whose bytes start at `at`. */
export function uuidAt(bytes: Buffer, at = 0): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
