import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { packKey, packOf } from '../../../src/adapters/gallery/lmdb/disk/code-packs.ts';
import { numberBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { checksums } from '../../../src/adapters/gallery/lmdb/disk/sealing/checksums.ts';
import { galleryFile, openStoreFiles } from '../../../src/adapters/gallery/lmdb/disk/store-files.ts';
import { openTables, type Tables } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { codeOf } from '../../../src/adapters/gallery/lmdb/finder/codes.ts';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { CodeChanges } from '../../../src/adapters/gallery/lmdb/writing/codes.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { randomUnits } from '../../fixtures/vectors.ts';

// Codes are made from templates: whatever becomes of them, answers stay the same.
const dimensions = 64;
const people = 60;
const vectors = randomUnits(people, dimensions, 1);

function vectorOf(person: number): Float32Array {
  return vectors.slice(person * dimensions, (person + 1) * dimensions);
}

async function filledStore(): Promise<{ dir: string; collectionIds: Uuid[] }> {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir });
  const collectionIds: Uuid[] = [];
  for (const slug of ['door', 'gate'])
    collectionIds.push((await store.gallery.createCollection(slug, slug)).id);
  for (let person = 0; person < people; person++) {
    const { template: _, ...rest } = face([1]);
    const template = { modelId: 'model-a', vector: vectorOf(person) };
    await store.gallery.enrol(collectionIds[person % 2]!, `person ${person}`, { ...rest, template });
  }
  await store.close();
  return { dir, collectionIds };
}

async function found({ gallery }: LmdbStore, collectionIds: Uuid[]): Promise<unknown> {
  const probes = Array.from({ length: people }, (_, person) => vectorOf(person));
  const wish = { collectionIds, modelId: 'model-a', probes, limit: people, minScore: -1 };
  const lists = await gallery.search({ ...wish, distinctPersons: false });
  return lists.map((list) => list.map(({ key, score }) => [key, score]));
}

/** What the store answers before and after `damage`, and after it was opened once more; and what it tells of. */
async function before(damage: (dir: string) => Promise<void>) {
  const { dir, collectionIds } = await filledStore();
  const answers: unknown[] = [];
  const problems: unknown[] = [];
  const ask = async () => {
    const store = await openLmdbStore({ dir, loadSliceMs: 0 });
    answers.push(await found(store, collectionIds));
    await store.loaded();
    problems.push(store.storeProblems().map(({ table, message }) => [table, message]));
    await store.close();
  };
  await ask();
  await damage(dir);
  await ask();
  await ask();
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  return problems;
}

async function change(dir: string, run: (tables: Tables) => void): Promise<void> {
  await using files = await openStoreFiles(dir);
  const tables = openTables(files.gallery.under(checksums));
  await files.gallery.write(() => run(tables));
}

test('codes with a flipped bit are told of and made anew', async () => {
  const problems = await before(async (dir) => {
    const bytes = await readFile(galleryFile(dir));
    for (const person of [3, 40]) {
      const code = codeOf(vectorOf(person));
      for (let at = bytes.indexOf(code); at >= 0; at = bytes.indexOf(code, at + 1)) bytes[at + 5]! ^= 4;
    }
    await writeFile(galleryFile(dir), bytes);
  });
  const told = ['codes', 'Codes were damaged, and are made anew from the templates'];
  expect(problems).toEqual([[], [told, told], []]);
});

test('a store without codes gets them, also when that was cut short', async () => {
  for (const isGone of [() => true, (pack: number) => pack < 4]) {
    const problems = await before((dir) =>
      change(dir, (tables) => {
        for (let pack = 0; pack <= packOf(people); pack++)
          if (isGone(pack)) tables.codes.remove(packKey(pack));
      }),
    );
    expect(problems).toEqual([[], [], []]);
  }
});

test('codes that do not fit the templates are told of, and made to', async () => {
  const told = ['codes', 'Codes did not fit the templates, and are made to'];
  const lacking = await before((dir) => change(dir, (tables) => tables.codes.remove(packKey(3))));
  expect(lacking).toEqual([[], [told], []]);

  const idle = await before((dir) =>
    change(dir, (tables) => {
      const { personId, collectionId } = tables.templates.get(numberBytes(1))!;
      const code = codeOf(vectorOf(0));
      // Beside those of the last references, where no number was given yet.
      const codes = new CodeChanges(tables);
      codes.put({ number: people + 2, modelId: 'model-a', personId, collectionId, code });
      codes.finish();
    }),
  );
  expect(idle).toEqual([[], [told], []]);
});
