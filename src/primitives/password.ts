import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What a guess costs, in the words of scrypt (RFC 7914). */
export type PasswordCost = { readonly N: number; readonly r: number; readonly p: number };

/** 32 MiB of memory and some tenths of a second: OWASP's parameters. */
export const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
const hashBytes = 32;

/** `scrypt$N$r$p$salt$hash`, salt and hash as base64url. */
export async function hashPassword(password: string, cost = usualCost): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Takes as long for a wrong password as for a right one. Without a hash the answer is no, and takes as long too. */
export async function passwordFits(
  password: string,
  hashed: string | undefined,
  cost = usualCost,
): Promise<boolean> {
  const [, n, r, p, salt = '', hash = ''] = (hashed ?? `scrypt$${cost.N}$${cost.r}$${cost.p}$AAAA$`).split(
    '$',
  );
  const spent = { N: Number(n), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64url'), spent);
  const expected = Buffer.from(hash, 'base64url');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Two spellings of a letter are one password. */
function derive(password: string, salt: Buffer, options: PasswordCost) {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const limits = { ...options, maxmem: 2 * 128 * options.N * options.r };
  scrypt(password.normalize('NFC'), salt, hashBytes, limits, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}
