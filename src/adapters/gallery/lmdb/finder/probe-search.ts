import { exactScore } from '../../../../../native/faiss/rescore.ts';
import type { Candidate, Candidates } from './arena.ts';
import { toUnit } from './codes.ts';
import type { RowFacts } from './rows.ts';
import { type Hit, type IdentityOf, TopHits } from './top-hits.ts';

/** The stored template of a reference, valid until the next call; `undefined` when it is gone or damaged. */
export type ReadTemplate = (number: number) => Float32Array | undefined;
export type FindRow = (number: number) => RowFacts | undefined;

export type ProbeWish = {
  readonly probe: Float32Array;
  readonly limit: number;
  readonly minScore: number;
  readonly identity: IdentityOf;
};

/** So many candidates are scored before it is asked again whether that was enough. */
const leastScored = 2;
/** Asked for beyond what is wanted, so that a few hits that do not count cost no second search. */
const spareHits = 8;
/** How many times more are asked for when too few of the hits counted. */
const moreHits = 4;
const mostAsked = 2 ** 31;

/** The way of one probe from candidates, of which only bounds are known, to its best hits. */
export class ProbeSearch {
  readonly probe: Float32Array;
  readonly #wish: ProbeWish;
  readonly #unit: Float32Array;
  readonly #other: Float32Array;
  /** By number; NaN for those that are no answer. */
  readonly #scores = new Map<number, number>();
  #candidates: readonly Candidate[] = [];
  /** So many of the first candidates have scores. */
  #scored = 0;
  #rest: number | undefined = Number.POSITIVE_INFINITY;
  #asked = 0;

  constructor(wish: ProbeWish) {
    this.probe = wish.probe;
    this.#wish = wish;
    this.#unit = new Float32Array(wish.probe.length);
    this.#other = new Float32Array(wish.probe.length);
    toUnit(wish.probe, this.#unit);
  }

  /** So many candidates are to be asked for next. */
  get wanted(): number {
    return Math.min(mostAsked, this.#asked === 0 ? this.#wish.limit + spareHits : this.#asked * moreHits);
  }

  /** Goes on with the candidates of a search for so many; scores that are known stay. */
  meet({ list, rest }: Candidates, asked: number): void {
    this.#candidates = list;
    this.#scored = 0;
    this.#rest = rest;
    this.#asked = asked;
  }

  /** From now on this is no answer, whatever its score. */
  deny(number: number): void {
    this.#scores.set(number, Number.NaN);
  }

  /**
   * The candidates to be scored next, in the order in which they lie in the store; none when all are. Each is to be given
   * to `score` before the next call.
   */
  next(): number[] {
    const end = this.#scored + Math.max(leastScored, this.#wish.limit, this.#scored);
    const part = this.#candidates.slice(this.#scored, end);
    this.#scored += part.length;
    return part.map(({ number }) => number).sort((one, other) => one - other);
  }

  score(number: number, read: ReadTemplate): void {
    if (this.#scores.has(number)) return;
    const template = read(number);
    if (template) toUnit(template, this.#other);
    this.#scores.set(number, template ? exactScore(this.#unit, this.#other) : Number.NaN);
  }

  /** The best of those scored that are still there, best first; `undefined` when others could be among them. */
  choose(find: FindRow): Hit[] | undefined {
    const top = new TopHits(this.#wish);
    for (const { number } of this.#candidates.slice(0, this.#scored)) {
      const score = this.#scores.get(number)!;
      const facts = top.wants(score) ? find(number) : undefined;
      if (facts) top.offer({ ...facts, score });
    }
    const open = this.#candidates[this.#scored]?.high ?? this.#rest;
    return open === undefined || !top.wants(open) ? top.ranked() : undefined;
  }
}
