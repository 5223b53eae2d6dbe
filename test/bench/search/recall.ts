import { rescore } from '../../../native/faiss/rescore.ts';
import type { VectorHit } from '../../../native/faiss/vector-index.ts';
import { makeFaces } from '../../../native/yardstick/binding.ts';
import { modelOf } from './face-sets.ts';
import type { BenchGallery } from './gallery.ts';

/** How much of what a plain scan finds the others find: shares of 1, and of how many. */
export type Recall = {
  readonly knownFirst: number;
  readonly knownTen: number;
  readonly strangersFirst: number;
  readonly strangersTen: number;
  readonly overThreshold: number;
  readonly hitsOverThreshold: number;
  readonly knownFirstByThreshold: number;
  /** By codes alone and originals fetched afterwards. */
  readonly rescoredTen: number;
  readonly fetchedAProbe: number;
};

class Share {
  #found = 0;
  #of = 0;

  count(expected: readonly VectorHit[], got: readonly { readonly label: number }[]): void {
    const labels = new Set(got.map(({ label }) => label));
    this.#of += expected.length;
    for (const { label } of expected) if (labels.has(label)) this.#found++;
  }
  get of(): number {
    return this.#of;
  }
  get share(): number {
    return this.#of === 0 ? Number.NaN : this.#found / this.#of;
  }
}

/** More hits than these are not compared. */
const mostHits = 5000;

export async function measureRecall(gallery: BenchGallery): Promise<Recall> {
  const { index, codes, probes, threshold } = gallery;
  const first = { known: new Share(), stranger: new Share() };
  const ten = { known: new Share(), stranger: new Share() };
  const over = new Share();
  const firstByThreshold = new Share();
  const rescored = new Share();
  let fetched = 0;
  for (const { vector, known } of probes) {
    const whom = known ? 'known' : 'stranger';
    const [all] = await index.search({ probes: vector, limit: mostHits, mode: 'plain', minScore: threshold });
    const [best] = await index.search({ probes: vector, limit: 10, mode: 'plain' });
    const [exact] = await index.search({ probes: vector, limit: 10, mode: 'exact' });
    const [found] = await index.search({ probes: vector, limit: mostHits, minScore: threshold });
    first[whom].count(best!.slice(0, 1), exact!.slice(0, 1));
    ten[whom].count(best!, exact!);
    over.count(all!, found!);
    if (known) firstByThreshold.count(all!.slice(0, 1), found!.slice(0, 1));
    const [candidates] = await codes.search({ probes: vector, limit: 10, mode: 'exact' });
    const again = await rescore(
      { probe: vector, candidates: candidates!, limit: 10, minScore: -1 },
      async (hits) => {
        fetched += hits.length;
        return hits.map(({ label }) => originalOf(gallery, label));
      },
    );
    rescored.count(best!, again);
  }
  return {
    knownFirst: first.known.share,
    knownTen: ten.known.share,
    strangersFirst: first.stranger.share,
    strangersTen: ten.stranger.share,
    overThreshold: over.share,
    hitsOverThreshold: over.of,
    knownFirstByThreshold: firstByThreshold.share,
    rescoredTen: rescored.share,
    fetchedAProbe: fetched / probes.length,
  };
}

function originalOf({ measured }: BenchGallery, row: number): Float32Array {
  const persons = measured.rows / 10;
  const face = { firstPerson: row % persons, picture: Math.floor(row / persons), count: 1 };
  return makeFaces(modelOf(measured), face);
}
