import { expect, test } from 'vitest';
import { packOf } from '../../../src/adapters/gallery/lmdb/disk/code-packs.ts';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { numberBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { checksums } from '../../../src/adapters/gallery/lmdb/disk/sealing/checksums.ts';
import { galleryFile } from '../../../src/adapters/gallery/lmdb/disk/store-files.ts';
import { openTables } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { codeOf } from '../../../src/adapters/gallery/lmdb/finder/codes.ts';
import { Finder } from '../../../src/adapters/gallery/lmdb/finder/finder.ts';
import { reconcile } from '../../../src/adapters/gallery/lmdb/finder/reconcile.ts';
import { Problems } from '../../../src/adapters/gallery/lmdb/problems.ts';
import { CodeChanges } from '../../../src/adapters/gallery/lmdb/writing/codes.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

function idOf(number: number): Uuid {
  return `00000000-0000-1000-8000-${number.toString(16).padStart(12, '0')}`;
}

const model = { id: 'model-a', dimensions: 3 };
const [personId, collectionId] = [idOf(1), idOf(2)];

/** References 1 to 20 in the store with their codes, and those of `inMemory` in the finder. */
async function opened(inMemory: readonly number[]) {
  const environment = await Environment.open(galleryFile(await ownFolder()));
  const tables = openTables(environment.under(checksums));
  const finder = new Finder({ nowMs: () => 0, latestMs: () => 0, readTemplate: () => undefined });
  const code = codeOf(unit(1, 2, 3));
  await environment.write(() => {
    const template = { modelId: model.id, vector: unit(1, 2, 3) };
    const codes = new CodeChanges(tables);
    for (let number = 1; number <= 20; number++) {
      tables.templates.put(numberBytes(number), {
        referenceId: idOf(number),
        personId,
        collectionId,
        template,
      });
      codes.put({ number, modelId: model.id, personId, collectionId, code });
    }
    codes.finish();
  });
  for (const number of inMemory) finder.addRow(model, { number, personId, collectionId, code });
  const problems = new Problems();
  const run = () => reconcile({ tables, finder, problems, sliceMs: 0, signal: new AbortController().signal });
  return { environment, tables, finder, problems, run };
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

test('a finder that is behind a write is brought up to date, and nothing is wrong with the codes', async () => {
  const { environment, finder, problems, run } = await opened([...upTo(17), 21, 22]);
  expect(await run()).toEqual([]);
  expect([...finder.numbers()].toSorted((one, other) => one - other)).toEqual(upTo(20));
  expect(problems.all).toEqual([]);
  await environment.close();
});

test('packs with too much or too little are told of', async () => {
  const { environment, tables, finder, problems, run } = await opened([...upTo(4), 6, 7, 8, 9]);
  await environment.write(() => {
    const codes = new CodeChanges(tables);
    codes.drop(5);
    codes.finish();
    tables.templates.remove(numberBytes(9));
  });
  expect((await run()).toSorted()).toEqual([packOf(5), packOf(9)]);
  expect(finder.rows).toBe(19);
  expect(problems.all).toMatchObject([{ table: 'codes' }]);
  await environment.close();
});
