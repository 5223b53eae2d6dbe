import { setImmediate as nextTurn } from 'node:timers/promises';
import { type NativeHits, type NativeSearch, native } from './binding.ts';
import { type Move, type VectorHit, VectorIndexError, type VectorSearch } from './vector-index.ts';

/** How far from 1 the length of a vector may be. */
const lengthTolerance = 1e-4;
const maxRows = 2 ** 32 - 1;

export function requireThat(fits: boolean, sentence: string): void {
  if (!fits) throw new RangeError(sentence);
}

export function checkDimensions(dimensions: number): void {
  requireThat(
    Number.isInteger(dimensions) && dimensions >= 64 && dimensions <= 1024,
    `${dimensions} is no number of dimensions from 64 to 1024.`,
  );
}

/** Answers how many vectors there are. */
export function checkVectors(vectors: Float32Array, dimensions: number): number {
  requireThat(
    vectors.length % dimensions === 0,
    `${vectors.length} values are no vectors of ${dimensions} dimensions.`,
  );
  const count = vectors.length / dimensions;
  for (let vector = 0; vector < count; vector++) {
    let square = 0;
    const end = (vector + 1) * dimensions;
    for (let i = vector * dimensions; i < end; i++) square += vectors[i]! * vectors[i]!;
    // A value that is not finite makes the sum so; NaN compares false.
    requireThat(
      Math.abs(Math.sqrt(square) - 1) <= lengthTolerance,
      `Vector ${vector} has the length ${Math.sqrt(square)}; it must be finite and of length 1.`,
    );
  }
  return count;
}

/** As checkVectors, letting others have Node's thread after each millisecond or so. */
export async function checkManyVectors(vectors: Float32Array, dimensions: number): Promise<number> {
  const slice = 1024 * dimensions;
  for (let done = 0; done < vectors.length; done += slice) {
    if (done > 0) await nextTurn();
    checkVectors(vectors.subarray(done, done + slice), dimensions);
  }
  return vectors.length / dimensions;
}

export function checkLabels(labels: Uint32Array, count: number): void {
  requireThat(labels.length === count, `${labels.length} labels do not fit ${count} vectors.`);
}

export function checkRows(rows: Uint32Array, there: number): void {
  const seen = new Set<number>();
  for (const row of rows) {
    requireThat(row < there, `There is no row ${row} among ${there}.`);
    requireThat(!seen.has(row), `Row ${row} is named twice.`);
    seen.add(row);
  }
}

function checkSearch({ probes, limit, minScore = -1, threads = 1 }: VectorSearch, dimensions: number): void {
  checkVectors(probes, dimensions);
  requireThat(Number.isInteger(limit) && limit >= 1 && limit <= maxRows, `${limit} is no limit of hits.`);
  requireThat(minScore >= -1 && minScore <= 1.001, `${minScore} is no score from −1 to 1.`);
  requireThat(Number.isInteger(threads) && threads >= 1, `${threads} is no number of threads.`);
}

/** The parts of a search that only some indexes have. */
export type SearchKind = { readonly scansOriginals: boolean; readonly deviations: number };

/** Checks a search, runs it and lets its signal end it. */
export async function runSearch(
  search: VectorSearch,
  { dimensions, ...kind }: SearchKind & { readonly dimensions: number },
  start: (search: NativeSearch) => Promise<NativeHits>,
): Promise<VectorHit[][]> {
  const { limit, minScore = -1, allowed = [], threads = 1, signal } = search;
  checkSearch(search, dimensions);
  signal?.throwIfAborted();
  const flag = native.createFlag();
  const giveUp = (): void => native.setFlag(flag);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const hits = await translated(start({ limit, minScore, threads, flag, bitmaps: allowed, ...kind }));
    signal?.throwIfAborted();
    return listsOf(hits);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

function listsOf({ counts, rows, labels, low, high }: NativeHits): VectorHit[][] {
  let next = 0;
  return Array.from(counts, (count) => {
    const first = next;
    next += count;
    return Array.from({ length: count }, (_, i) => {
      const at = first + i;
      return { row: rows[at]!, label: labels[at]!, low: low[at]!, high: high[at]! };
    });
  });
}

export function movesOf(pairs: Uint32Array): Move[] {
  return Array.from({ length: pairs.length / 2 }, (_, i) => ({ from: pairs[2 * i]!, to: pairs[2 * i + 1]! }));
}

/** Turns the addon's errors into ours. */
export async function translated<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    throw asIndexError(cause);
  }
}

export function asIndexError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause;
  return new VectorIndexError(cause.code, cause.message, { cause });
}
