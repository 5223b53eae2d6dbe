import { describe, expect, test } from 'vitest';
import {
  checkKey,
  checkVector,
  foldKey,
  isSearchable,
  longestKey,
  resolveKey,
} from '../../../src/domain/gallery-rules.ts';

describe('a key', () => {
  test('is meant exactly, else by the only one that differs in case', () => {
    expect(resolveKey('Ann', ['ann', 'Ann', 'ANN'])).toBe('Ann');
    expect(resolveKey('aNN', ['ann', 'Bob'])).toBe('ann');
    expect(resolveKey('aNN', ['ann', 'Ann'])).toBeUndefined();
    expect(resolveKey('Cid', ['ann'])).toBeUndefined();
  });

  test('has one folded form for all ways to write its letters', () => {
    expect(foldKey('STRAUSS')).toBe(foldKey('Strauß'));
    expect(foldKey('ΟΔΥΣΣΕΥΣ')).toBe(foldKey('οδυσσευς'));
    expect(foldKey('é')).not.toBe(foldKey('e'));
  });

  test('is refused when empty, too long, or no text', () => {
    expect(() => checkKey('x'.repeat(longestKey))).not.toThrow();
    for (const key of ['', 'x'.repeat(longestKey + 1), '\0', '\udc00']) {
      expect(() => checkKey(key)).toThrow(expect.objectContaining({ code: 'key-illegal' }));
    }
  });
});

test('a template is finite, of unit length and as long as expected', () => {
  const mismatch = expect.objectContaining({ code: 'template-mismatch' });
  expect(() => checkVector(Float32Array.of(0.6, 0.8), 2)).not.toThrow();
  expect(() => checkVector(Float32Array.of(0.6, 0.8), 3)).toThrow(mismatch);
  expect(() => checkVector(Float32Array.of(1, 0.2))).toThrow(mismatch);
  expect(() => checkVector(Float32Array.of(Number.POSITIVE_INFINITY, 0))).toThrow(mismatch);
  expect(() => checkVector(Float32Array.of(Number.NaN, 1))).toThrow(mismatch);
});

test('a person is searched for while active, from her first valid millisecond to before her last bound', () => {
  const bounds = { status: 'active', validFromMs: 10, validUntilMs: 20 } as const;
  const at = (nowMs: number, latestMs = nowMs) => ({ nowMs: () => nowMs, latestMs: () => latestMs });
  expect([9, 10, 19, 20].map((now) => isSearchable(bounds, at(now)))).toEqual([false, true, true, false]);
  expect(isSearchable(bounds, at(9, 19))).toBe(false);
  expect(isSearchable(bounds, at(19, 20))).toBe(false);
  expect(isSearchable({ status: 'active' }, at(0))).toBe(true);
  expect(isSearchable({ status: 'suspended' }, at(0))).toBe(false);
});
