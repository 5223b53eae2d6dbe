import { expect, test } from 'vitest';
import { Seal } from '../../../src/adapters/gallery/lmdb/disk/seal.ts';

const seal = new Seal('persons');
const key = Buffer.from('key');

test('a sealed value opens to what was sealed', () => {
  for (const text of ['', 'x', 'a longer value of some bytes']) {
    expect(seal.open(key, seal.close(key, Buffer.from(text))).toString()).toBe(text);
  }
});

test('every single flipped bit is found', () => {
  const value = seal.close(key, Buffer.from('value'));
  for (let bit = 0; bit < value.length * 8; bit++) {
    const damaged = Buffer.from(value);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => seal.open(key, damaged)).toThrow(expect.objectContaining({ code: 'record-corrupt' }));
  }
});

test('a value in the place of another, of another table or cut short is refused', () => {
  const value = seal.close(key, Buffer.from('value'));
  const refused = expect.objectContaining({ code: 'record-corrupt' });
  expect(() => seal.open(Buffer.from('kex'), value)).toThrow(refused);
  expect(() => new Seal('places').open(key, value)).toThrow(refused);
  expect(() => seal.open(key, value.subarray(0, -1))).toThrow(refused);
  expect(() => seal.open(key, Buffer.alloc(0))).toThrow(refused);
});
