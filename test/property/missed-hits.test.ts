import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactScore, rescore } from '../../native/faiss/rescore.ts';
import { ScanIndex } from '../../native/faiss/scan-index.ts';
import { randomNumbers, randomUnits, toUnit } from '../fixtures/vectors.ts';

// Looks for a hit that the bounds of our index let slip, among rows that codes and bounds like least.
const rows = 600;
/** The bounds promise a probability, so a search without end would find one; other seeds are tried by hand. */
const inOrder = { numRuns: 60, seed: 1 };

/** How the rows lie. `spread` is how far from each other. */
type Layout = {
  readonly kind: 'isotropic' | 'near-duplicates' | 'axis' | 'skewed' | 'clusters' | 'two-values';
  readonly spread: number;
  readonly seed: number;
  readonly dimensions: number;
};

const layout: fc.Arbitrary<Layout> = fc.record({
  kind: fc.constantFrom('isotropic', 'near-duplicates', 'axis', 'skewed', 'clusters', 'two-values'),
  spread: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  seed: fc.nat(1e6),
  dimensions: fc.constantFrom(64, 100, 128, 256, 300, 512),
});

function centre({ kind, seed, dimensions }: Layout, row: number): (i: number) => number {
  const random = randomNumbers(seed + (kind === 'clusters' ? row % 5 : 0));
  const own = randomUnits(1, dimensions, Math.floor(random() * 1e9));
  switch (kind) {
    case 'isotropic':
      return () => 0;
    case 'axis':
      return (i) => (i === row % dimensions ? 1 : 0);
    case 'skewed':
      return (i) => 1 / (i + 1);
    case 'two-values':
      return (i) => ((row >> (i % 10)) % 2 === 0 ? 1 : -1) / Math.sqrt(dimensions);
    default:
      return (i) => own[i]!;
  }
}

function vectorsOf(asked: Layout, count: number, seed: number): Float32Array {
  const { dimensions, kind, spread } = asked;
  const noise = randomUnits(count, dimensions, asked.seed + seed);
  const vectors = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const at = centre(asked, row);
    const vector = noise.slice(row * dimensions, (row + 1) * dimensions);
    for (let i = 0; i < dimensions; i++) {
      const size = kind === 'skewed' ? spread / (i + 1) : spread;
      vector[i] = at(i) + size * vector[i]!;
    }
    vectors.set(toUnit(vector), row * dimensions);
  }
  return vectors;
}

function split(vectors: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: vectors.length / dimensions }, (_, i) =>
    vectors.subarray(i * dimensions, (i + 1) * dimensions),
  );
}

function plainLoop(vectors: readonly Float32Array[], probe: Float32Array, minScore: number): number[] {
  return vectors
    .map((vector) => exactScore(probe, vector))
    .filter((score) => score >= minScore)
    .sort((one, other) => other - one);
}

async function filled(
  vectors: Float32Array,
  dimensions: number,
  originals: 'float32' | 'none',
): Promise<ScanIndex> {
  const index = new ScanIndex({ dimensions, originals });
  await index.add(
    vectors,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );
  return index;
}

test('every row over the threshold is found, with the score of a plain loop', async () => {
  await fc.assert(
    fc.asyncProperty(layout, fc.double({ min: -1, max: 1, noNaN: true }), async (asked, minScore) => {
      const { dimensions } = asked;
      const vectors = vectorsOf(asked, rows, 0);
      const index = await filled(vectors, dimensions, 'float32');
      const probes = vectorsOf(asked, 6, 1);
      const found = await index.search({ probes, limit: rows, minScore });
      split(probes, dimensions).forEach((probe, i) => {
        expect(found[i]!.map(({ high }) => high)).toEqual(
          plainLoop(split(vectors, dimensions), probe, Math.fround(minScore)),
        );
      });
    }),
    inOrder,
  );
});

test('the best rows are found, and nothing worse', async () => {
  await fc.assert(
    fc.asyncProperty(layout, fc.integer({ min: 1, max: 20 }), async (asked, limit) => {
      const { dimensions } = asked;
      const vectors = vectorsOf(asked, rows, 0);
      const index = await filled(vectors, dimensions, 'float32');
      const probes = vectorsOf(asked, 6, 1);
      const found = await index.search({ probes, limit });
      split(probes, dimensions).forEach((probe, i) => {
        expect(found[i]!.map(({ high }) => high)).toEqual(
          plainLoop(split(vectors, dimensions), probe, -1).slice(0, limit),
        );
      });
    }),
    inOrder,
  );
});

test('the candidates of an index without originals suffice, and rescoring ends early', async () => {
  await fc.assert(
    fc.asyncProperty(layout, fc.integer({ min: 1, max: 20 }), async (asked, limit) => {
      const { dimensions } = asked;
      const vectors = vectorsOf(asked, rows, 0);
      const index = await filled(vectors, dimensions, 'none');
      const originals = split(vectors, dimensions);
      const probe = vectorsOf(asked, 1, 1);
      const [candidates] = await index.search({ probes: probe, limit });
      for (const { label, low, high } of candidates!) {
        const score = exactScore(probe, originals[label]!);
        expect(low <= score && score <= high).toBe(true);
      }
      const best = await rescore({ probe, candidates: candidates!, limit, minScore: -1 }, async (hits) =>
        hits.map(({ label }) => originals[label]),
      );
      expect(best.map(({ score }) => score)).toEqual(plainLoop(originals, probe, -1).slice(0, limit));
    }),
    inOrder,
  );
});
