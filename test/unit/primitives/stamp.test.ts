import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareMoments,
  compareStamps,
  latestStamp,
  maxStampCount,
  maxStampMs,
  parseStamp,
  type Stamp,
  stampAt,
  stampBytes,
  stampLength,
  stampText,
} from '../../../src/primitives/stamp.ts';
import { nearStamps, stampOf } from '../../fixtures/sync/stamps.ts';

const anyStamp: fc.Arbitrary<Stamp> = fc.record({
  ms: fc.integer({ min: 0, max: maxStampMs }),
  count: fc.integer({ min: 0, max: maxStampCount }),
  device: fc.uuid(),
});
const stamps = fc.oneof(anyStamp, nearStamps);

describe('stamps', () => {
  test('are ordered by time, count and device, and so are their bytes and texts', () => {
    fc.assert(
      fc.property(stamps, stamps, (one, other) => {
        const order = Math.sign(compareStamps(one, other));
        expect(Math.sign(Buffer.compare(stampBytes(one), stampBytes(other)))).toBe(order);
        const [first, second] = [stampText(one), stampText(other)];
        expect(first === second ? 0 : first < second ? -1 : 1).toBe(order);
        expect(Math.sign(compareStamps(other, one)) + order).toBe(0);
      }),
    );
    const inOrder = [stampOf(1), stampOf(1, 1), stampOf(1, 0, 1), stampOf(2), stampOf(256)];
    expect(inOrder.toReversed().sort(compareStamps)).toEqual(inOrder);
  });

  test('are read back from bytes, also amid others, and from text', () => {
    fc.assert(
      fc.property(stamps, (stamp) => {
        expect(stampAt(Buffer.concat([Buffer.alloc(3), stampBytes(stamp)]), 3)).toEqual(stamp);
        expect(parseStamp(stampText(stamp))).toEqual(stamp);
      }),
    );
    expect(stampBytes(stampOf(1))).toHaveLength(stampLength);
    expect(stampText(stampOf(0x19a, 0, 2))).toBe('00000000019a-0002-d0000000-0000-4000-8000-000000000001');
  });

  test('of one moment on two devices are told apart by the device alone', () => {
    expect(compareMoments(stampOf(5, 0), stampOf(5, 1))).toBe(0);
    expect(compareStamps(stampOf(5, 0), stampOf(5, 1))).toBe(-1);
    expect(latestStamp(undefined, stampOf(5, 1), stampOf(5, 0), undefined)).toEqual(stampOf(5, 1));
    expect(latestStamp(undefined)).toBeUndefined();
  });

  test('are refused beyond their bits, and when bytes or text are no stamp', () => {
    expect(() => stampBytes({ ...stampOf(0), ms: maxStampMs + 1 })).toThrow(RangeError);
    expect(() => stampBytes({ ...stampOf(0), count: maxStampCount + 1 })).toThrow(RangeError);
    expect(() => stampBytes({ ...stampOf(0), device: 'door 3' })).toThrow(TypeError);
    expect(() => stampAt(Buffer.alloc(stampLength - 1))).toThrow(RangeError);
    const text = stampText(stampOf(1));
    for (const broken of [
      '',
      text.slice(1),
      `${text}0`,
      text.toUpperCase(),
      text.replace('-4000-', '-40000'),
    ]) {
      expect(parseStamp(broken), broken).toBeUndefined();
    }
  });
});
