import { expect, test } from 'vitest';
import { usableKernels, useSearchThreads } from '../../../native/faiss/binding.ts';
import { FaissIndex } from '../../../native/faiss/faiss-index.ts';
import { exactScore, rescore } from '../../../native/faiss/rescore.ts';
import { ScanIndex } from '../../../native/faiss/scan-index.ts';
import { VectorIndexError } from '../../../native/faiss/vector-index.ts';
import { randomUnits } from '../../fixtures/vectors.ts';

const dimensions = 256;

function labelsFrom(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first + i);
}

test('refuses settings that are none', () => {
  expect(() => new ScanIndex({ dimensions: 63, originals: 'none' })).toThrow(/63 is no number of dimensions/);
  expect(() => new ScanIndex({ dimensions: 1025, originals: 'none' })).toThrow(RangeError);
  expect(() => new ScanIndex({ dimensions, originals: 'none', seed: -1 })).toThrow(/seed/);
  expect(() => new ScanIndex({ dimensions, originals: 'none', kernel: 'abacus' })).toThrow(
    /no kernels abacus/,
  );
  expect(() => useSearchThreads(0)).toThrow(RangeError);
});

test('all kernels answer alike', async () => {
  const vectors = randomUnits(3000, dimensions, 1);
  const probes = randomUnits(4, dimensions, 2);
  const answers = await Promise.all(
    usableKernels.map(async (kernel) => {
      const index = new ScanIndex({ dimensions, originals: 'float32', kernel });
      expect(index.kernel).toBe(kernel);
      await index.add(vectors, labelsFrom(0, 3000));
      return index.search({ probes, limit: 10 });
    }),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('codes that were kept make the same index', async () => {
  const vectors = randomUnits(500, dimensions, 3);
  const made = new ScanIndex({ dimensions, originals: 'none' });
  const codes = await made.encode(vectors);
  expect(made.append({ codes, labels: labelsFrom(0, 500) })).toBe(0);
  const loaded = new ScanIndex({ dimensions, originals: 'none' });
  loaded.reserve(600);
  loaded.append({ codes: codes.slice(), labels: labelsFrom(0, 500) });
  loaded.reserve(0);
  const probes = randomUnits(3, dimensions, 4);
  expect(await loaded.search({ probes, limit: 5 })).toEqual(await made.search({ probes, limit: 5 }));
});

test('refuses damaged codes, and originals where none are kept or they are missing', async () => {
  const vectors = randomUnits(3, dimensions, 5);
  const bare = new ScanIndex({ dimensions, originals: 'none' });
  const codes = await bare.encode(vectors);
  const labels = labelsFrom(0, 3);
  expect(() => bare.append({ codes: codes.subarray(1), labels })).toThrow(/are no 3 codes/);
  expect(() => bare.append({ codes, labels, vectors })).toThrow(/keeps no originals/);
  const damaged = codes.slice();
  damaged.fill(0xff, bare.codeBytes * 2 - 10, bare.codeBytes * 2);
  expect(() => bare.append({ codes: damaged, labels })).toThrow(/Code 1 is damaged/);
  const flipped = codes.slice();
  flipped[2]! ^= 0x10;
  expect(() => bare.append({ codes: flipped, labels })).toThrow(/Code 0 is damaged/);
  expect(bare.rows).toBe(0);
  const full = new ScanIndex({ dimensions, originals: 'float32' });
  expect(() => full.append({ codes, labels })).toThrow(/there are none/);
});

test('half-precision originals score as the rounded vectors do', async () => {
  const vectors = randomUnits(2000, dimensions, 6);
  const index = new ScanIndex({ dimensions, originals: 'float16' });
  await index.add(vectors, labelsFrom(0, 2000));
  const probe = randomUnits(1, dimensions, 7);
  const [hits] = await index.search({ probes: probe, limit: 2000 });
  expect(hits).toHaveLength(2000);
  for (const { row, high } of hits!) {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    expect(Math.abs(high - exactScore(probe, vector))).toBeLessThan(2e-4);
  }
  await expect(index.search({ probes: probe, limit: 1, mode: 'plain' })).rejects.toThrow(/as float32/);
});

test('rescoring passes over what is gone, and asks for no more than it needs', async () => {
  const originals = Array.from({ length: 50 }, (_, i) => randomUnits(1, dimensions, 100 + i));
  const probe = randomUnits(1, dimensions, 8);
  const candidates = originals
    .map((original, row) => ({ row, label: row, score: exactScore(probe, original) }))
    .map(({ row, label, score }) => ({ row, label, low: score - 0.01, high: score + 0.01 }))
    .sort((one, other) => other.high - one.high);
  const gone = candidates[0]!.label;
  let asked = 0;
  const best = await rescore({ probe, candidates, limit: 2, minScore: -1 }, async (hits) => {
    asked += hits.length;
    return hits.map(({ label }) => (label === gone ? undefined : originals[label]));
  });
  expect(best.map(({ label }) => label)).toEqual([candidates[1]!.label, candidates[2]!.label]);
  expect(asked).toBeLessThan(20);
});

test('rows that are removed while a search is in work are not in its answer, and moved ones have their new numbers', async () => {
  const count = 20_000;
  const vectors = randomUnits(count, 64, 9);
  const index = new ScanIndex({ dimensions: 64, originals: 'float32' });
  await index.add(vectors, labelsFrom(0, count));
  const probe = vectors.slice((count - 1) * 64);
  const search = index.search({ probes: probe, limit: 3, mode: 'plain' });
  // The probe's own row is the last: it goes to where row 5 was.
  index.removeNow(Uint32Array.of(5));
  const [hits] = await search;
  expect(hits![0]).toMatchObject({ row: 5, label: count - 1 });
  const again = index.search({ probes: probe, limit: 3, mode: 'plain' });
  index.removeNow(Uint32Array.of(5));
  expect((await again)[0]!.map(({ label }) => label)).not.toContain(count - 1);
});

test('says what FAISS refuses, cannot do, or did not write', async () => {
  expect(() => FaissIndex.create(dimensions, 'NoSuchIndex')).toThrow(VectorIndexError);
  expect(() => FaissIndex.deserialise(new Uint8Array(100))).toThrow(/no FAISS index of ours/);
  const untrained = FaissIndex.create(dimensions, 'IVF4,Flat');
  await expect(untrained.add(randomUnits(1, dimensions, 1), labelsFrom(0, 1))).rejects.toMatchObject({
    code: 'unsupported',
  });
  const graph = FaissIndex.create(dimensions, 'HNSW16');
  await graph.add(randomUnits(3, dimensions, 1), labelsFrom(0, 3));
  await expect(graph.remove(Uint32Array.of(1))).rejects.toMatchObject({ code: 'unsupported' });
});

test('a trained FAISS index finds, filters, removes, and comes back from its bytes', async () => {
  const vectors = randomUnits(1000, dimensions, 10);
  const index = FaissIndex.create(dimensions, 'IVF8,SQ8');
  expect(index.isTrained).toBe(false);
  await index.train(vectors);
  await index.add(vectors, labelsFrom(5000, 1000));
  const probes = vectors.slice(0, dimensions);
  await index.remove(Uint32Array.of(3, 999, 500));
  const search = { probes, limit: 10, lists: 8 };
  const [hits] = await index.search(search);
  expect(hits![0]).toMatchObject({ row: 0, label: 5000 });
  const allowed = new Uint8Array(125).fill(0b1111_1110);
  const [others] = await index.search({ ...search, allowed: [allowed] });
  expect(others!.map(({ row }) => row % 8)).not.toContain(0);
  const back = FaissIndex.deserialise(await index.serialise());
  expect(back.rows).toBe(997);
  expect(await back.search(search)).toEqual([hits]);
  await back.add(vectors.subarray(0, dimensions), labelsFrom(9, 1));
  expect(back.rows).toBe(998);
});
