import { randomBytes } from 'node:crypto';

/** Of AES-GCM. */
export const nonceBytes = 12;

/**
 * Numbers of 96 bits, counted up from a random one that each opening of a store draws. Two of one key must never be equal.
 * A counter kept in the store would go back with a restored backup or a cut power; random numbers throughout meet after
 * 2³² values with a chance of 2⁻³³. Here two openings must begin so close to each other that their stretches touch: for
 * 2¹⁶ openings that seal 2⁴⁸ values in all the chance is 2⁻³².
 */
export class Nonces {
  readonly #last = randomBytes(nonceBytes);

  /** Valid until the next call. */
  next(): Buffer {
    const bytes = this.#last;
    for (let at = 0; at < nonceBytes; at++) {
      bytes[at] = (bytes[at]! + 1) & 255;
      if (bytes[at] !== 0) break;
    }
    return bytes;
  }
}
