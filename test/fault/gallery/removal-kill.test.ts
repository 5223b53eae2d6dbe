import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { annAmongOthers } from '../../contract/gallery-departure.ts';
import { unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const remover = join(import.meta.dirname, 'remover.ts');

/** Until the removal is decided, and far from its end. */
async function removeUntilKilled(dir: string, way: string): Promise<void> {
  const child = spawn(process.execPath, [remover, dir, way], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test.each([
  ['clear', 0],
  ['remove', 30],
  ['erase', 30],
])(
  'kill −9 in the middle of a removal (%s) leaves it decided, and the next start ends it',
  async (way, others) => {
    const dir = await ownFolder();
    const first = await openLmdbStore({ dir });
    const { id } = await first.gallery.createCollection('door', 'Door');
    const { ann } = await annAmongOthers(first.gallery, id);
    const { personId } = ann[0]!;
    await first.close();
    await removeUntilKilled(dir, way);

    const second = await openLmdbStore({ dir });
    const { gallery } = second;
    expect(gallery.counts().references).toBeGreaterThan(others);
    expect(second.storeProblems()).toEqual([]);
    const erasure = await gallery.findErasure(personId);
    expect(erasure?.removedAtMs).toBeUndefined();
    const ask = {
      collectionIds: [id],
      modelId: 'model-a',
      limit: 10_000,
      minScore: -1,
      distinctPersons: false,
    };
    const look = async () => [
      (await gallery.listReferences(id, { offset: 0, limit: 10_000 })).references.length,
      (await gallery.listReferences(id, { offset: 0, limit: 0 })).total,
      (await gallery.listMemberships(id)).length,
      (await gallery.search({ ...ask, probes: [unit(1, 0)] }))[0]!.length,
    ];
    expect(await gallery.findReference(id, ann.at(-1)!.id)).toBeUndefined();
    expect(await gallery.findPerson(personId)).toBeUndefined();
    expect(await look()).toEqual([others, others, others, others]);

    await vi.waitFor(() => expect(gallery.counts().references).toBe(others), { timeout: 30_000 });
    await gallery.digest();
    expect(await look()).toEqual([others, others, others, others]);
    expect(gallery.counts()).toEqual({ collections: 1, persons: others, references: others });
    const receipt = await gallery.findErasure(personId);
    expect(receipt).toEqual(
      way === 'erase' ? { ...erasure, references: ann.length, removedAtMs: expect.any(Number) } : undefined,
    );
    await second.close();
  },
);
