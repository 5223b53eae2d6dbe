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
