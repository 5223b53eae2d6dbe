import { createCipheriv, createDecipheriv } from 'node:crypto';
import { AppError } from '../../../../domain/errors.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
/** So much longer a chunk is than its plain text. */
export const tagBytes = 16;

/**
 * A chunk under AES-256-GCM, the tag behind it. The nonce is its number and whether it is the last, so that none can be
 * taken out, moved or put behind the end (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015); a key is for one backup only.
 */
export function sealChunk(key: Uint8Array, place: ChunkPlace, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonceOf(place));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `record-corrupt` for anything but what was sealed for this place. */
export function openChunk(key: Uint8Array, place: ChunkPlace, sealed: Buffer): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, key, nonceOf(place), { authTagLength: tagBytes });
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new AppError(
      'record-corrupt',
      `The backup is damaged or cut short in its part ${place.number}: take another one`,
      { cause, details: { part: place.number } },
    );
  }
}

export type ChunkPlace = { readonly number: number; readonly isLast: boolean };

function nonceOf({ number, isLast }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUIntBE(number, nonceBytes - 7, 6);
  nonce[nonceBytes - 1] = isLast ? 1 : 0;
  return nonce;
}
