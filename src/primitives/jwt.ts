import { createHmac, timingSafeEqual } from 'node:crypto';

/** JSON Web Tokens (RFC 7519) by HMAC-SHA-256, and no other algorithm. */

const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** `exp` in the claims is in seconds since 1970. */
export function signJwt(claims: object, key: Uint8Array): string {
  const content = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${content}.${tagOf(content, key).toString('base64url')}`;
}

/** The claims of a token that was signed with the key, by `signJwt`; whether it expired is for the caller to see. */
export function readJwt(token: string, key: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const [head, body = '', tag = '', ...more] = token.split('.');
  if (head !== header || more.length > 0) return undefined;
  const expected = tagOf(`${head}.${body}`, key);
  const given = Buffer.from(tag, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Readonly<Record<string, unknown>>;
}

function tagOf(content: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
