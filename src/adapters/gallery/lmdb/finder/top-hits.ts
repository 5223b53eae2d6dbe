import type { RowFacts } from './rows.ts';

export type Hit = RowFacts & { readonly score: number };
/** What two hits have in common of which only the better counts: the number of a reference, face or person. */
export type IdentityOf = (facts: RowFacts) => number;

/** Better is the higher score, then the earlier enrolment. */
function isBetter(one: Hit, other: Hit): boolean {
  return one.score > other.score || (one.score === other.score && one.number < other.number);
}

/**
 * Keeps the best hits, at most `limit`: one of each identity. A binary heap with the worst at its root, and the place of
 * each hit in it.
 */
export class TopHits {
  readonly #limit: number;
  readonly #minScore: number;
  readonly #identity: IdentityOf;
  readonly #heap: Hit[] = [];
  readonly #placeOf = new Map<number, number>();

  constructor(options: { limit: number; minScore: number; identity: IdentityOf }) {
    this.#limit = options.limit;
    this.#minScore = options.minScore;
    this.#identity = options.identity;
  }

  /** Whether a hit of this score could get in; equal ones are settled by `offer`. */
  wants(score: number): boolean {
    if (!(score >= this.#minScore)) return false;
    return this.#heap.length < this.#limit || score >= (this.#heap[0]?.score ?? Number.POSITIVE_INFINITY);
  }

  offer(hit: Hit): void {
    const known = this.#placeOf.get(this.#identity(hit));
    if (known !== undefined) {
      if (isBetter(hit, this.#heap[known]!)) this.#sinkFrom(known, hit);
    } else if (this.#heap.length < this.#limit) {
      this.#riseFrom(this.#heap.length, hit);
    } else if (this.#heap[0] && isBetter(hit, this.#heap[0])) {
      this.#placeOf.delete(this.#identity(this.#heap[0]));
      this.#sinkFrom(0, hit);
    }
  }

  /** Best first. */
  ranked(): Hit[] {
    return this.#heap.toSorted((one, other) => (isBetter(one, other) ? -1 : 1));
  }

  #put(place: number, hit: Hit): void {
    this.#heap[place] = hit;
    this.#placeOf.set(this.#identity(hit), place);
  }

  #riseFrom(start: number, hit: Hit): void {
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBetter(this.#heap[parent]!, hit)) break;
      this.#put(place, this.#heap[parent]!);
      place = parent;
    }
    this.#put(place, hit);
  }

  #sinkFrom(start: number, hit: Hit): void {
    let place = start;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      const right = this.#heap[child + 1];
      if (right && isBetter(this.#heap[child]!, right)) child++;
      if (!isBetter(hit, this.#heap[child]!)) break;
      this.#put(place, this.#heap[child]!);
      place = child;
    }
    this.#put(place, hit);
  }
}
