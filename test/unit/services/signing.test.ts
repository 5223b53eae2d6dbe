import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSigning } from '../../../src/services/signing.ts';

const secret = Buffer.alloc(32, 7);
const payload = Buffer.from('a template');

it('what was signed is opened by whoever has the same secret, and by nobody else', () => {
  const signed = createSigning(secret).sign('face-data', payload);
  expect(signed).toMatch(/^[\w-]+$/);
  expect(createSigning(secret).open('face-data', signed)).toEqual(payload);
  expect(createSigning(randomBytes(32)).open('face-data', signed)).toBeUndefined();
});

it('what was signed for one purpose is worth nothing for another', () => {
  const signing = createSigning(secret);
  expect(signing.open('picture-link', signing.sign('face-data', payload))).toBeUndefined();
  expect(signing.keyFor('picture-link')).not.toEqual(signing.keyFor('face-data'));
});

it('opens nothing of which a single letter is changed, cut off or added', () => {
  const signing = createSigning(secret);
  const signed = signing.sign('face-data', payload);
  for (let at = 0; at < signed.length; at++) {
    const other = signed[at] === 'A' ? 'B' : 'A';
    expect(signing.open('face-data', signed.slice(0, at) + other + signed.slice(at + 1))).toBeUndefined();
    expect(signing.open('face-data', signed.slice(0, at))).toBeUndefined();
  }
  for (const more of ['A', '=', ' ', '.', '\n'])
    expect(signing.open('face-data', signed + more)).toBeUndefined();
});

it('signs an empty payload too', () => {
  const signing = createSigning(secret);
  expect(signing.open('session', signing.sign('session', Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
});

it('what was sealed is read by whoever has the same secret, for the same purpose, and by nobody else', () => {
  const sealed = createSigning(secret).seal('import-key', payload);
  expect(Buffer.from(sealed, 'base64url').includes(payload)).toBe(false);
  expect(createSigning(secret).seal('import-key', payload)).not.toBe(sealed);
  expect(createSigning(secret).unseal('import-key', sealed)).toEqual(payload);
  expect(createSigning(secret).unseal('token', sealed)).toBeUndefined();
  expect(createSigning(randomBytes(32)).unseal('import-key', sealed)).toBeUndefined();
});

it('unseals nothing of which a byte is changed or cut off', () => {
  const signing = createSigning(secret);
  const sealed = Buffer.from(signing.seal('import-key', payload), 'base64url');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(signing.unseal('import-key', changed.toString('base64url'))).toBeUndefined();
    expect(signing.unseal('import-key', sealed.subarray(0, at).toString('base64url'))).toBeUndefined();
  }
});
