import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { readJwt, signJwt } from '../../../src/primitives/jwt.ts';

const key = Buffer.alloc(32, 1);
const base64url = (text: string) => Buffer.from(text).toString('base64url');

it('reads what it signed', () => {
  expect(readJwt(signJwt({ sub: 'ann', exp: 5 }, key), key)).toEqual({ sub: 'ann', exp: 5 });
});

it('signs as RFC 7515 has it', () => {
  const [head = '', body = '', tag] = signJwt({ sub: 'ann' }, key).split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(tag).toBe(createHmac('sha256', key).update(`${head}.${body}`).digest('base64url'));
});

const signed = signJwt({ sub: 'ann' }, key);
const [, body = '', tag = ''] = signed.split('.');

it.each([
  ['another key’s', signJwt({ sub: 'ann' }, Buffer.alloc(32, 2))],
  ['one whose claims were changed', signed.replace(body, base64url('{"sub":"bea"}'))],
  ['one without a signature', signed.slice(0, -tag.length)],
  ['one that says it needs none', `${base64url('{"alg":"none","typ":"JWT"}')}.${body}.`],
  ['one that names another algorithm', `${base64url('{"alg":"HS512","typ":"JWT"}')}.${body}.${tag}`],
  ['one with a fourth part', `${signed}.${tag}`],
  ['one with half a signature', signed.slice(0, -10)],
  ['nothing', ''],
  ['two dots', '..'],
])('reads nothing of %s', (_what, token) => {
  expect(readJwt(token, key)).toBeUndefined();
});
