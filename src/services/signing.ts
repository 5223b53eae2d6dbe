import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What is signed. Each has a key of its own, so that what was signed for one is worth nothing for another. */
export type Purpose = 'session' | 'token' | 'face-data' | 'picture-link';

/** Keys that are derived from the one secret of an installation: whoever has the secret makes the same ones. */
export interface Signing {
  /** 32 bytes. */
  keyFor(purpose: Purpose): Buffer;
  /** The payload with its signature, as base64url; anybody can read it, nobody can change it. */
  sign(purpose: Purpose, payload: Uint8Array): string;
  /** The payload; `undefined` when the text was not signed here for this purpose. */
  open(purpose: Purpose, signed: string): Buffer | undefined;
}

const keyBytes = 32;
/** Of HMAC-SHA-256; half of it is beyond guessing. */
const tagBytes = 16;

/** The secret has 32 random bytes. */
export function createSigning(secret: Uint8Array): Signing {
  const keys = new Map<Purpose, Buffer>();
  const keyFor = (purpose: Purpose): Buffer => {
    const known = keys.get(purpose);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, '', `ostiary ${purpose}`, keyBytes));
    keys.set(purpose, key);
    return key;
  };
  const tagOf = (purpose: Purpose, payload: Uint8Array) =>
    createHmac('sha256', keyFor(purpose)).update(payload).digest().subarray(0, tagBytes);
  return {
    keyFor,
    sign: (purpose, payload) => Buffer.concat([payload, tagOf(purpose, payload)]).toString('base64url'),
    open(purpose, signed) {
      const bytes = Buffer.from(signed, 'base64url');
      // Buffer passes over what is no base64url: only the one text that we would have written counts.
      if (bytes.length < tagBytes || bytes.toString('base64url') !== signed) return undefined;
      const payload = bytes.subarray(0, -tagBytes);
      return timingSafeEqual(bytes.subarray(-tagBytes), tagOf(purpose, payload)) ? payload : undefined;
    },
  };
}
