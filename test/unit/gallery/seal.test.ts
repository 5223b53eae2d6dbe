import { describe, expect, test } from 'vitest';
import { numberBytes, textBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { checksums } from '../../../src/adapters/gallery/lmdb/disk/sealing/checksums.ts';
import { ciphers } from '../../../src/adapters/gallery/lmdb/disk/sealing/ciphers.ts';
import type { Protection } from '../../../src/adapters/gallery/lmdb/disk/sealing/protection.ts';

const dataKey = Buffer.alloc(32, 7);
const key = Buffer.from('key');
const refused = expect.objectContaining({ code: 'record-corrupt' });

function sealContract(name: string, protection: Protection): void {
  describe(name, () => {
    const seal = protection.seal('persons');

    test('a closed value opens to what was put in', () => {
      for (const text of ['', 'x', 'a longer value of some bytes']) {
        const { place, value } = seal.close(key, Buffer.from(text));
        expect(place).toEqual(seal.place(key));
        const opened = seal.open(place, value);
        expect([opened.key, opened.payload.toString()]).toEqual([key, text]);
      }
    });

    test('every single flipped bit is found', () => {
      const { place, value } = seal.close(key, Buffer.from('value'));
      for (let bit = 0; bit < value.length * 8; bit++) {
        const damaged = Buffer.from(value);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => seal.open(place, damaged)).toThrow(refused);
      }
    });

    test('a value in the place of another, of another table or cut short is refused', () => {
      const { place, value } = seal.close(key, Buffer.from('value'));
      expect(() => seal.open(Buffer.from('kex'), value)).toThrow(refused);
      expect(() => protection.seal('places').open(place, value)).toThrow(refused);
      for (let length = 0; length < value.length; length++)
        expect(() => seal.open(place, value.subarray(0, length))).toThrow(refused);
    });
  });
}

sealContract('checksums', checksums);
sealContract('ciphers', ciphers(dataKey));

describe('ciphers', () => {
  test('a value opens with the same data key only, and never because it has a checksum', () => {
    const { place, value } = ciphers(dataKey).seal('persons').close(key, Buffer.from('value'));
    expect(ciphers(dataKey).seal('persons').open(place, value).payload.toString()).toBe('value');
    const other = ciphers(Buffer.alloc(32, 8)).seal('persons');
    expect(() => other.open(place, value)).toThrow(refused);
    const checked = checksums.seal('persons').close(key, Buffer.from('value'));
    expect(() => ciphers(dataKey).seal('persons').open(place, checked.value)).toThrow(refused);
  });

  test('nothing of the payload shows, and no nonce comes twice', () => {
    const seal = ciphers(dataKey).seal('persons');
    const values = Array.from({ length: 1_000 }, () => seal.close(key, Buffer.from('Ann Lee')).value);
    expect(values.some((value) => value.includes('Ann'))).toBe(false);
    expect(new Set(values.map((value) => value.toString('hex', 1, 13))).size).toBe(1_000);
  });

  const collection = Buffer.alloc(16, 1);
  const keyOf = (...names: string[]) => Buffer.concat([collection, textBytes(names.join('\0'))]);
  const hiding = ciphers(dataKey).seal('memberships', { namesFrom: 16 });

  test('hidden names stand in no place, and come back with the value', () => {
    const { place, value } = hiding.close(keyOf('Ann Lee'), Buffer.from('hers'));
    expect(place.subarray(0, 16)).toEqual(collection);
    expect(Buffer.concat([place, value]).includes(textBytes('Ann'))).toBe(false);
    const { key: found, payload } = hiding.open(place, value);
    expect([found, payload.toString()]).toEqual([keyOf('Ann Lee'), 'hers']);
  });

  test('what ends with NUL, or goes no further than the names, is a prefix of the hidden places too', () => {
    const place = hiding.place(keyOf('ann lee', 'Ann Lee'));
    for (const prefix of [collection, keyOf('ann lee', '')]) {
      const begun = hiding.prefix(prefix);
      expect(place.subarray(0, begun.length)).toEqual(begun);
      expect(begun.length).toBeLessThan(place.length);
    }
    expect(hiding.place(keyOf('bob', 'Ann Lee')).subarray(-16)).not.toEqual(place.subarray(-16));
  });

  test('what follows the names keeps its order', () => {
    const seal = ciphers(dataKey).seal('texts', { namesFrom: 16, plainTail: 8 });
    const keys = [1, 2, 300].map((number) => Buffer.concat([keyOf('badge', ''), numberBytes(number)]));
    const places = keys.map((each) => seal.place(each));
    expect(places.toSorted(Buffer.compare)).toEqual(places);
    const begun = seal.prefix(keyOf('badge', ''));
    expect(places.every((place) => place.subarray(0, begun.length).equals(begun))).toBe(true);
    const { place, value } = seal.close(keys[2]!, Buffer.from('hers'));
    expect(seal.open(place, value).key).toEqual(keys[2]);
  });
});
