import { describe, expect, test } from 'vitest';
import { heirsOf } from '../../../src/domain/heirs.ts';
import type { Merge } from '../../../src/domain/synced-records.ts';
import { ann, bea, cid } from '../../fixtures/sync/records.ts';
import { stampOf } from '../../fixtures/sync/stamps.ts';

const into = (heirId: string, ms: number, device = 0): Merge => ({ heirId, stamp: stampOf(ms, device) });
const way = (from: string, merges: Record<string, Merge>) => heirsOf(from, (id) => merges[id]);

describe('heirs', () => {
  test('follow one after the other to the last', () => {
    const merges = { [ann]: into(bea, 9), [bea]: into(cid, 1) };
    expect([ann, bea, cid].map((id) => way(id, merges))).toEqual([[ann, bea, cid], [bea, cid], [cid]]);
  });

  test('in both directions end with the heir of the later merge, from wherever one asks', () => {
    const merges = { [ann]: into(bea, 1), [bea]: into(ann, 2, 1) };
    expect([ann, bea].map((id) => way(id, merges))).toEqual([[ann], [bea, ann]]);
    const sameMoment = { [ann]: into(bea, 1, 1), [bea]: into(ann, 1, 0) };
    expect([ann, bea].map((id) => way(id, sameMoment).at(-1))).toEqual([bea, bea]);
  });

  test('in a circle of three end with the heir of its latest merge, also for who stands before it', () => {
    const merges = { [ann]: into(bea, 3), [bea]: into(cid, 1), [cid]: into(ann, 2), dan: into(cid, 9) };
    expect([ann, bea, cid, 'dan'].map((id) => way(id, merges).at(-1))).toEqual([bea, bea, bea, bea]);
    expect(way('dan', merges)).toEqual(['dan', cid, ann, bea]);
  });

  test('of who was merged into herself are she alone', () => {
    expect(way(ann, { [ann]: into(ann, 1) })).toEqual([ann]);
  });
});
