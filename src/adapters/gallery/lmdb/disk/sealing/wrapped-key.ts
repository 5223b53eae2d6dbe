import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Uuid } from '../../../../../domain/gallery.ts';

/** What a store is sealed with; it never lies on the disk as it is. */
export type DataKey = { readonly id: Uuid; readonly bytes: Buffer };

/** A data key under a wrapping key, as it lies in the store; bytes are base64. */
export type WrappedKey = {
  /** The data key's. */
  readonly id: Uuid;
  /** The wrapping key's name. */
  readonly by: string;
  readonly nonce: string;
  readonly tag: string;
  readonly bytes: string;
};

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const namedBytes = 4;

export function newDataKey(): DataKey {
  return { id: randomUUID(), bytes: randomBytes(keyBytes) };
}

/** By which people tell wrapping keys apart; it gives nothing of them away. */
export function nameOfKey(wrappingKey: Uint8Array): string {
  const hash = createHash('sha256').update('ostiary wrapping key').update(wrappingKey).digest();
  return hash.toString('hex', 0, namedBytes);
}

export function wrap({ id, bytes }: DataKey, wrappingKey: Uint8Array): WrappedKey {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, wrappingKey, nonce).setAAD(Buffer.from(id));
  const wrapped = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const tag = cipher.getAuthTag().toString('base64');
  return {
    ...{ id, by: nameOfKey(wrappingKey), tag },
    ...{ nonce: nonce.toString('base64'), bytes: wrapped.toString('base64') },
  };
}

/** `undefined` when it is under another key, or damaged. */
export function unwrap({ id, ...wrapped }: WrappedKey, wrappingKey: Uint8Array): DataKey | undefined {
  const [nonce, tag, bytes] = [wrapped.nonce, wrapped.tag, wrapped.bytes].map((text) =>
    Buffer.from(text, 'base64'),
  ) as [Buffer, Buffer, Buffer];
  try {
    const decipher = createDecipheriv(algorithm, wrappingKey, nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(id)).setAuthTag(tag);
    return { id, bytes: Buffer.concat([decipher.update(bytes), decipher.final()]) };
  } catch {
    return undefined;
  }
}
