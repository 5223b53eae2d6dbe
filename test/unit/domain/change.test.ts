import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Change,
  changedEntities,
  changeKey,
  decodeChange,
  encodeChange,
} from '../../../src/domain/change.ts';
import { compareStamps } from '../../../src/primitives/stamp.ts';
import { ann, staff } from '../../fixtures/sync/records.ts';
import { nearStamps, stampOf } from '../../fixtures/sync/stamps.ts';

const change: Change = { stamp: stampOf(5), collectionId: staff, entity: 'person', id: ann };

describe('a change', () => {
  test('of every entity is read back', () => {
    for (const entity of changedEntities) {
      const { key, value } = encodeChange({ ...change, entity });
      expect(decodeChange(key, value)).toEqual({ ...change, entity });
    }
  });

  test('takes 57 bytes, and none of them tells what was written', () => {
    const { key, value } = encodeChange(change);
    expect([key.length, value.length]).toEqual([40, 17]);
  });

  test('stands with those of its collection, in order of time', () => {
    fc.assert(
      fc.property(nearStamps, nearStamps, (one, other) => {
        const order = Buffer.compare(changeKey(staff, one), changeKey(staff, other));
        expect(Math.sign(order)).toBe(Math.sign(compareStamps(one, other)));
        expect(Buffer.compare(changeKey(ann, one), changeKey(staff, other))).toBe(-1);
      }),
    );
  });

  test('of another form is corrupt', () => {
    const { key, value } = encodeChange(change);
    const unknown = Buffer.from(value);
    unknown[0] = changedEntities.length;
    const corrupt = expect.objectContaining({ code: 'record-corrupt' });
    expect(() => decodeChange(key, unknown)).toThrow(corrupt);
    expect(() => decodeChange(key, Buffer.alloc(0))).toThrow(corrupt);
    expect(() => decodeChange(key, value.subarray(0, 16))).toThrow(corrupt);
    expect(() => decodeChange(key.subarray(0, 39), value)).toThrow(corrupt);
  });
});
