import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** What is signed or sealed. Each has a key of its own, so that what was made for one is worth nothing for another. */
export type Purpose = 'session' | 'token' | 'face-data' | 'picture-link' | 'import-key';

/** Keys that are derived from the one secret of an installation: whoever has the secret makes the same ones. */
export interface Signing {
  /** 32 bytes. */
  keyFor(purpose: Purpose): Buffer;
  /** The payload with its signature, as base64url; anybody can read it, nobody can change it. */
  sign(purpose: Purpose, payload: Uint8Array): string;
  /** The payload; `undefined` when the text was not signed here for this purpose. */
  open(purpose: Purpose, signed: string): Buffer | undefined;
  /** The secret as base64url that nobody can read without the key (AES-256-GCM); each time another. */
  seal(purpose: Purpose, secret: Uint8Array): string;
  /** The secret; `undefined` when the text was not sealed here for this purpose. */
  unseal(purpose: Purpose, sealed: string): Buffer | undefined;
}

const keyBytes = 32;
/** Of HMAC-SHA-256; half of it is beyond guessing. */
const tagBytes = 16;
/** Of AES-GCM (NIST SP 800-38D). */
const cipher = { name: 'aes-256-gcm', nonceBytes: 12, tagBytes: 16 } as const;

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
    seal: (purpose, secret) => seal(keyFor(purpose), secret).toString('base64url'),
    unseal: (purpose, sealed) => unseal(keyFor(purpose), Buffer.from(sealed, 'base64url')),
  };
}

/** Nonce, what is sealed, tag. */
function seal(key: Buffer, secret: Uint8Array): Buffer {
  const nonce = randomBytes(cipher.nonceBytes);
  const sealing = createCipheriv(cipher.name, key, nonce);
  return Buffer.concat([nonce, sealing.update(secret), sealing.final(), sealing.getAuthTag()]);
}

function unseal(key: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < cipher.nonceBytes + cipher.tagBytes) return undefined;
  const opening = createDecipheriv(cipher.name, key, sealed.subarray(0, cipher.nonceBytes));
  opening.setAuthTag(sealed.subarray(-cipher.tagBytes));
  try {
    return Buffer.concat([
      opening.update(sealed.subarray(cipher.nonceBytes, -cipher.tagBytes)),
      opening.final(),
    ]);
  } catch {
    return undefined;
  }
}
