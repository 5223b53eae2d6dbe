import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { NewCredential } from '../domain/ports/credentials.ts';
import { uuidAt } from '../primitives/uuid-bytes.ts';
import type { Signing } from './signing.ts';

/** A secret in its dialect's form: at least 122 random bits. `seed` is there where it can be made again. */
export type NewSecret = { readonly secret: string; readonly seed?: string };

/** A login stands before its password. */
export function newSecret(
  { dialect, login }: Pick<NewCredential, 'dialect' | 'login'>,
  signing: Signing,
): NewSecret {
  if (dialect === 'compreface') return { secret: randomUUID() };
  if (dialect === 'enface') {
    const seed = randomBytes(16).toString('base64url');
    return { seed, secret: secretOfSeed(seed, signing) };
  }
  const secret = randomBytes(32).toString('base64url');
  return { secret: login === undefined ? secret : `${login}:${secret}` };
}

/** A UUID in the form of version 1, as Enface wants its tokens; nothing in it tells a time. */
export function secretOfSeed(seed: string, signing: Signing): string {
  const bytes = createHmac('sha256', signing.keyFor('token')).update(seed).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x10;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  // RFC 9562: the multicast bit says that the node is no hardware address.
  bytes[10] = bytes[10]! | 1;
  return uuidAt(bytes);
}

/** Lower-case hex. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
