const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Sixteen bytes; `undefined` for what is no UUID in lower case, which therefore names nothing. */
export function uuidBytes(uuid: string): Buffer | undefined {
  return uuidForm.test(uuid) ? Buffer.from(uuid.replaceAll('-', ''), 'hex') : undefined;
}

/** As `uuidBytes`, for a UUID that we have made ourselves. */
export function ownUuidBytes(uuid: string): Buffer {
  const bytes = uuidBytes(uuid);
  if (!bytes) throw new TypeError(`Expected a UUID in lower case, found ${JSON.stringify(uuid)}`);
  return bytes;
}

/** The UUID whose bytes start at `at`. */
export function uuidAt(bytes: Buffer, at = 0): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
