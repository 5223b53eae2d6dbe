import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactScore } from '../../native/faiss/rescore.ts';
import { codeOf, toUnit as writeUnit } from '../../src/adapters/gallery/lmdb/finder/codes.ts';
import { Finder } from '../../src/adapters/gallery/lmdb/finder/finder.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { randomUnits, toUnit } from '../fixtures/vectors.ts';

// The finder against a plain list of rows. Many rows are alike, so that codes leave many open, and some are equal.
type Row = {
  readonly number: number;
  person: number;
  readonly collection: number;
  readonly vector: Float32Array;
};

const persons = 40;
const collections = 3;
const modelId = 'model';

function idOf(kind: 1 | 2, at: number): Uuid {
  return `${at.toString(16).padStart(8, '0')}-0000-1000-8000-00000000000${kind}`;
}

const layout = fc.record({
  dimensions: fc.constantFrom(3, 64, 128, 300, 512),
  /** How far rows lie from the few centres. */
  spread: fc.constantFrom(0, 0.01, 0.2, 1),
  seed: fc.nat(1e6),
});
type Layout = typeof layout extends fc.Arbitrary<infer L> ? L : never;

function vectorsOf({ dimensions, spread, seed }: Layout, count: number): Float32Array[] {
  const centres = randomUnits(5, dimensions, seed);
  const noise = randomUnits(count, dimensions, seed + 1);
  return Array.from({ length: count }, (_, at) => {
    const from = (at % 5) * dimensions;
    const centre = centres.subarray(from, from + dimensions);
    return toUnit(centre.map((value, i) => value + spread * noise[at * dimensions + i]!));
  });
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ask: fc.constant('remove'), at: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ ask: fc.constant('move'), at: fc.nat(), person: fc.nat(persons - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('suspend'), person: fc.nat(persons - 1) }) },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('restore'), person: fc.nat(persons - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ask: fc.constant('leave'),
      person: fc.nat(persons - 1),
      collection: fc.nat(collections - 1),
    }),
  },
);
const wish = fc.record({
  of: fc.subarray([0, 1, 2], { minLength: 1 }),
  limit: fc.integer({ min: 1, max: 30 }),
  distinctPersons: fc.boolean(),
  distinctFaces: fc.boolean(),
  minScore: fc.constantFrom(-1, 0, 0.9),
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

function exactUnit(vector: Float32Array): Float32Array {
  const unit = new Float32Array(vector.length);
  writeUnit(vector, unit);
  return unit;
}

/** Siblings are those whose numbers differ by a multiple of this. */
const faces = 60;

function faceOf(number: number): number {
  return number % faces;
}

class Plain {
  readonly rows: Row[] = [];
  readonly suspended = new Set<number>();
  readonly left = new Set<string>();

  isShown({ person, collection }: Row): boolean {
    return !this.suspended.has(person) && !this.left.has(`${person} ${collection}`);
  }

  search(probe: Float32Array, { of, limit, distinctPersons, distinctFaces, minScore }: Wish) {
    const seen = new Set<number>();
    const identity = ({ person, number }: { person: number; number: number }) => {
      if (distinctPersons) return person;
      return distinctFaces ? faceOf(number) : number;
    };
    return this.rows
      .filter((row) => of.includes(row.collection) && this.isShown(row))
      .map((row) => ({
        number: row.number,
        person: row.person,
        score: exactScore(probe, exactUnit(row.vector)),
      }))
      .filter(({ score }) => score >= minScore)
      .sort((one, other) => other.score - one.score || one.number - other.number)
      .filter((hit) => !seen.has(identity(hit)) && seen.add(identity(hit)))
      .slice(0, limit)
      .map(({ number, score }) => ({ number, score }));
  }

  count(of: number[]): number {
    const found = this.rows.filter((row) => of.includes(row.collection) && this.isShown(row));
    return new Set(found.map(({ person, collection }) => `${person} ${collection}`)).size;
  }
}

function change(
  plain: Plain,
  finder: Finder,
  asked: { ask: string; at?: number; person?: number; collection?: number },
) {
  const { ask, at = 0, person = 0, collection = 0 } = asked;
  const row = plain.rows[at % Math.max(1, plain.rows.length)];
  const personId = idOf(1, person);
  const suspended = { id: personId, number: 0, name: '', metadata: {}, createdAtMs: 0 };
  if (ask === 'remove' && row) {
    plain.rows.splice(plain.rows.indexOf(row), 1);
    finder.removeRow(row.number);
  } else if (ask === 'move' && row && !plain.left.has(`${person} ${row.collection}`)) {
    row.person = person;
    finder.moveRow(row.number, personId);
  } else if (ask === 'suspend') {
    plain.suspended.add(person);
    finder.judge({ ...suspended, status: 'suspended' });
  } else if (ask === 'restore') {
    plain.suspended.delete(person);
    finder.judge({ ...suspended, status: 'active' });
  } else if (ask === 'leave') {
    plain.left.add(`${person} ${collection}`);
    finder.hideMember({ personId, collectionId: idOf(2, collection), hidden: true });
  }
}

test('the finder answers what a look at every row does, with the same scores', async () => {
  await fc.assert(
    fc.asyncProperty(
      layout,
      fc.array(step, { maxLength: 200 }),
      fc.array(wish, { minLength: 3, maxLength: 3 }),
      async (asked, steps, wishes) => {
        const plain = new Plain();
        const readTemplate = (number: number) => plain.rows.find((row) => row.number === number)?.vector;
        const finder = new Finder({ nowMs: () => 0, latestMs: () => 0, readTemplate });
        const add = (vector: Float32Array, at: number) => {
          // Numbers beyond 32 bits as well, of which two have the same lower half.
          const number = at % 7 === 0 ? 2 ** 32 + at + 1 : at;
          const row = { number, person: (at * 7) % persons, collection: at % collections, vector };
          plain.rows.push(row);
          const ids = { personId: idOf(1, row.person), collectionId: idOf(2, row.collection) };
          const model = { id: modelId, dimensions: asked.dimensions };
          finder.addRow(model, { number, ...ids, code: codeOf(vector) });
        };
        const vectors = vectorsOf(asked, 400);
        const probes = vectorsOf({ ...asked, seed: asked.seed + 7 }, 2).concat(vectors[0]!);
        vectors.slice(0, 300).forEach(add);
        for (const next of steps) change(plain, finder, next);
        vectors.slice(300).forEach((vector, i) => {
          const shown = !plain.left.has(`${((300 + i) * 7) % persons} ${(300 + i) % collections}`);
          if (shown) add(vector, 300 + i);
        });
        for (const { of, ...rest } of wishes) {
          const collectionIds = of.map((collection) => idOf(2, collection));
          const found = await finder.search(
            { collectionIds, modelId, probes, ...rest },
            {
              name: (number) => ({ number }),
              faceOf,
            },
          );
          expect(found).toEqual(probes.map((probe) => plain.search(exactUnit(probe), { of, ...rest })));
          expect(finder.countSearchable(collectionIds)).toBe(plain.count(of));
        }
      },
    ),
    { numRuns: 60 },
  );
});
