import { describe, expect, it } from 'vitest';
import { loginAndPassword, secretAfter } from '../../../src/http/authorization.ts';

const withHeader = (value: string) => ({ get: () => value });
const packed = (text: string) => Buffer.from(text).toString('base64');

describe('the secret behind a scheme', () => {
  it.each([
    ['Token abc', 'abc'],
    ['token abc', 'abc'],
    ['  TOKEN   abc ', 'abc'],
    ['Bearer abc', undefined],
    ['Token', undefined],
    ['Token abc def', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('of %j is %j', (header, secret) => {
    expect(secretAfter('Token', withHeader(header))).toBe(secret);
  });
});

describe('login and password', () => {
  it.each([
    ['ost-1:se cret', 'ost-1:se cret'],
    [`Basic ${packed('ost-1:sécret')}`, 'ost-1:sécret'],
    [`basic ${packed('a:b:c')}`, 'a:b:c'],
    [`Basic ${packed('no colon')}`, undefined],
    ['Basic ?', undefined],
    ['a secret alone', undefined],
    ['', undefined],
  ])('of %j are %j', (header, both) => {
    expect(loginAndPassword(withHeader(header))).toBe(both);
  });
});
