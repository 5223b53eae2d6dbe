import { describe, expect, test } from 'vitest';
import { exactScore } from '../../native/faiss/rescore.ts';
import type { Move, VectorHit, VectorIndex } from '../../native/faiss/vector-index.ts';
import { randomUnits } from '../fixtures/vectors.ts';

export const contractDimensions = 320;

/** A row as the index should have it. */
type Row = { readonly label: number; readonly vector: Float32Array };

class Mirror {
  readonly index: VectorIndex;
  readonly rows: Row[] = [];

  constructor(index: VectorIndex) {
    this.index = index;
  }

  async add(count: number, seed: number): Promise<void> {
    const vectors = randomUnits(count, contractDimensions, seed);
    const labels = Uint32Array.from({ length: count }, (_, i) => (seed * 100_000 + i * 7) >>> 0);
    const first = await this.index.add(vectors, labels);
    expect(first).toBe(this.rows.length);
    labels.forEach((label, i) => {
      this.rows.push({
        label,
        vector: vectors.subarray(i * contractDimensions, (i + 1) * contractDimensions),
      });
    });
  }

  async remove(...rows: number[]): Promise<Move[]> {
    const moves = await this.index.remove(Uint32Array.from(rows));
    for (const { from, to } of moves) {
      expect(from).toBe(this.rows.length - 1);
      this.rows[to] = this.rows[from]!;
      this.rows.pop();
    }
    return moves;
  }

  /** What a plain loop finds. */
  expected(probe: Float32Array, limit: number, fits: (row: number, score: number) => boolean): number[] {
    return this.rows
      .map(({ vector }, row) => ({ row, score: exactScore(probe, vector) }))
      .filter(({ row, score }) => fits(row, score))
      .sort((one, other) => other.score - one.score)
      .slice(0, limit)
      .map(({ row }) => row);
  }
}

function rowsOf(hits: readonly VectorHit[] | undefined): number[] {
  return (hits ?? []).map(({ row }) => row);
}

/** What every exact index promises. */
export function vectorIndexContract(name: string, open: () => VectorIndex): void {
  const opened = async (count: number): Promise<Mirror> => {
    const mirror = new Mirror(open());
    if (count > 0) await mirror.add(count, 1);
    return mirror;
  };
  const probes = randomUnits(3, contractDimensions, 99);
  const probe = (i: number): Float32Array =>
    probes.subarray(i * contractDimensions, (i + 1) * contractDimensions);

  describe(name, () => {
    test('finds nothing when it is empty', async () => {
      const { index } = await opened(0);
      expect(await index.search({ probes, limit: 3 })).toEqual([[], [], []]);
    });

    test('finds the best of several probes, the best first, with their labels and scores', async () => {
      const mirror = await opened(2500);
      const found = await mirror.index.search({ probes, limit: 10, threads: 2 });
      for (const [i, hits] of found.entries()) {
        expect(rowsOf(hits)).toEqual(mirror.expected(probe(i), 10, () => true));
        for (const { row, label, low, high } of hits) {
          expect(label).toBe(mirror.rows[row]!.label);
          expect(low).toBeCloseTo(exactScore(probe(i), mirror.rows[row]!.vector), 6);
          expect(high).toBe(low);
        }
      }
    });

    test('answers all rows when the limit is larger', async () => {
      const mirror = await opened(40);
      const [hits] = await mirror.index.search({ probes: probe(0), limit: 1000 });
      expect(rowsOf(hits)).toEqual(mirror.expected(probe(0), 1000, () => true));
    });

    test('leaves out what scores less than asked', async () => {
      const mirror = await opened(2000);
      const [hits] = await mirror.index.search({ probes: probe(1), limit: 5000, minScore: 0.1 });
      expect(rowsOf(hits)).toEqual(mirror.expected(probe(1), 5000, (_, score) => score >= 0.1));
      expect(hits!.length).toBeGreaterThan(0);
    });

    test('finds allowed rows only, by all bitmaps, and none beyond their ends', async () => {
      const mirror = await opened(2000);
      const bytes = new Uint8Array(200).fill(0b0110_1101);
      const words = new Uint32Array(40).fill(0xff00_ff0f);
      const fits = (row: number): boolean =>
        row < 1280 && ((0b0110_1101 >> (row % 8)) & 1) === 1 && ((0xff00_ff0f >>> (row % 32)) & 1) === 1;
      const search = mirror.index.search({ probes: probe(2), limit: 25, allowed: [bytes, words] });
      // Read before the call returned.
      bytes.fill(0);
      expect(rowsOf((await search)[0])).toEqual(mirror.expected(probe(2), 25, fits));
      const none = await mirror.index.search({ probes: probe(2), limit: 5, allowed: [new Uint8Array(250)] });
      expect(none).toEqual([[]]);
    });

    test('moves the last row into the place of a removed one', async () => {
      const mirror = await opened(50);
      expect(await mirror.remove(7)).toEqual([{ from: 49, to: 7 }]);
      expect(await mirror.remove(48)).toEqual([{ from: 48, to: 48 }]);
      await mirror.remove(3, 47, 11, 46);
      expect(mirror.index.rows).toBe(44);
      const [hits] = await mirror.index.search({ probes: probe(0), limit: 50 });
      expect(rowsOf(hits)).toEqual(mirror.expected(probe(0), 50, () => true));
      await mirror.add(30, 2);
      const [more] = await mirror.index.search({ probes: probe(0), limit: 80 });
      expect(rowsOf(more)).toEqual(mirror.expected(probe(0), 80, () => true));
      expect(more!.map(({ row, label }) => mirror.rows[row]!.label === label)).not.toContain(false);
    });

    test('can be emptied and filled again', async () => {
      const mirror = await opened(20);
      await mirror.remove(...mirror.rows.keys());
      expect(mirror.index.rows).toBe(0);
      await mirror.add(5, 3);
      expect(rowsOf((await mirror.index.search({ probes: probe(0), limit: 9 }))[0])).toHaveLength(5);
    });

    test('refuses what is no unit vector, and stays as it was', async () => {
      const { index } = await opened(5);
      const label = Uint32Array.of(1);
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
        const vector = randomUnits(1, contractDimensions, 4);
        vector[17] = value;
        await expect(index.add(vector, label)).rejects.toThrow(/must be finite and of length 1/);
        await expect(index.search({ probes: vector, limit: 1 })).rejects.toThrow(RangeError);
      }
      await expect(index.add(new Float32Array(7), label)).rejects.toThrow(/7 values/);
      await expect(index.add(randomUnits(2, contractDimensions, 4), label)).rejects.toThrow(/1 labels/);
      expect(index.rows).toBe(5);
    });

    test('refuses rows that are not there or named twice, and removes none', async () => {
      const { index } = await opened(5);
      await expect(index.remove(Uint32Array.of(5))).rejects.toThrow(/no row 5/);
      await expect(index.remove(Uint32Array.of(1, 2, 1))).rejects.toThrow(/Row 1 is named twice/);
      expect(index.rows).toBe(5);
    });

    test('refuses limits, scores and threads that are none', async () => {
      const { index } = await opened(5);
      for (const wrong of [
        { limit: 0 },
        { limit: 1.5 },
        { minScore: Number.NaN },
        { minScore: 2 },
        { threads: 0 },
      ]) {
        await expect(index.search({ probes, limit: 1, ...wrong })).rejects.toThrow(RangeError);
      }
    });

    test('gives up when its signal says so', async () => {
      const { index } = await opened(2000);
      await expect(
        index.search({ probes, limit: 1, signal: AbortSignal.abort(new Error('enough')) }),
      ).rejects.toThrow('enough');
      const controller = new AbortController();
      const search = index.search({ probes, limit: 1, signal: controller.signal });
      controller.abort(new Error('too late'));
      await expect(search).rejects.toThrow('too late');
    });
  });
}
