import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { randomUnits } from '../../fixtures/vectors.ts';

export type StoreSize = { readonly references: number; readonly dimensions: number };

/** The folders of a store that is closed; they go with it. */
export type FilledStore = AsyncDisposable & { readonly dataDir: string; readonly storeDir: string };

export const collection = 'bench';
export const modelId = 'model-a';
export const facesAPerson = 4;

const facesACall = 100;
const callsAtOnce = 4;

/** Enrols ready templates of random directions, without crops; each person's come one after the other. */
export async function fillStore({ references, dimensions }: StoreSize): Promise<FilledStore> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const storeDir = join(dataDir, 'gallery');
  const store = await openLmdbStore({ dir: storeDir });
  stack.defer(() => store.close());
  const { id } = await store.gallery.createCollection(collection, collection);
  const enrol = (from: number) => store.gallery.enrolAll(id, faces(from, dimensions));
  const callStep = facesACall * callsAtOnce;
  for (let done = 0; done < references; done += callStep) {
    await Promise.all(Array.from({ length: callsAtOnce }, (_, call) => enrol(done + call * facesACall)));
  }
  await store.close();
  const kept = stack.move();
  return { dataDir, storeDir, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function faces(from: number, dimensions: number) {
  const vectors = randomUnits(facesACall, dimensions, from);
  return Array.from({ length: facesACall }, (_, at) => {
    const vector = vectors.slice(at * dimensions, (at + 1) * dimensions);
    const key = `person ${Math.floor((from + at) / facesAPerson)}`;
    return { key, face: { ...face([1]), template: { modelId, vector } } };
  });
}
