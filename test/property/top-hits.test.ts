import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowFacts } from '../../src/adapters/gallery/lmdb/finder/rows.ts';
import { type Hit, TopHits } from '../../src/adapters/gallery/lmdb/finder/top-hits.ts';

test('the heap keeps what sorting all hits would', () => {
  const offers = fc.array(fc.record({ score: fc.integer({ min: -9, max: 9 }), person: fc.nat({ max: 7 }) }));
  const options = {
    limit: fc.nat({ max: 6 }),
    minScore: fc.integer({ min: -9, max: 9 }),
    distinctPersons: fc.boolean(),
  };
  fc.assert(
    fc.property(offers, fc.record(options), fc.boolean(), (list, wish, backwards) => {
      const hits = list.map(({ score, person }, number): Hit => {
        return { number, person, collection: 0, score: score / 10 };
      });
      const identity = ({ person, number }: RowFacts) => (wish.distinctPersons ? person : number);
      const top = new TopHits({ ...wish, identity, minScore: wish.minScore / 10 });
      for (const hit of backwards ? hits.toReversed() : hits) if (top.wants(hit.score)) top.offer(hit);

      const seen = new Set<number>();
      const expected = hits
        .filter(({ score }) => score >= wish.minScore / 10)
        .toSorted((one, other) => other.score - one.score || one.number - other.number)
        .filter(({ person }) => !wish.distinctPersons || (!seen.has(person) && seen.add(person)))
        .slice(0, wish.limit);
      expect(top.ranked()).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
