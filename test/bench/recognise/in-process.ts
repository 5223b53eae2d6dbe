import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { openInProcessVision } from '../../../src/adapters/vision/in-process/open-in-process-vision.ts';
import { historySchema } from '../../../src/config/keeping.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { createHistory } from '../../../src/services/history.ts';
import { createPeople } from '../../../src/services/people.ts';
import { createRecognition } from '../../../src/services/recognition.ts';
import { recordRecognition } from '../../../src/services/recorded-recognition.ts';
import { silentLog } from '../../fixtures/silent-log.ts';
import { openBenchAnalyser, openBenchStore } from '../ostiary/bench-analyser.ts';
import { singleFaces } from '../pictures/single-faces.ts';
import type { Contestant } from './contestants.ts';

const { signal } = new AbortController();

/**
 * Recognition as the APIs ask for it, without them and without a process of its own for vision: all faces of a picture,
 * one thread a network, each looked for in a gallery of ten, and its event.
 */
export async function openInProcess(): Promise<Contestant> {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  const { gallery, history } = await openLmdbStore({ dir });
  const vision = openInProcessVision({ analyser: await openBenchAnalyser() });
  const { id } = await gallery.createCollection('bench', 'bench');
  await enrolGallery({ gallery, vision, collectionId: id });
  // Nobody opens the store again, and however this process ends, the store has gone.
  await rm(dir, { recursive: true });
  const { catalogue } = await openBenchStore();
  const recognition = recordRecognition(
    createRecognition({
      gallery,
      vision,
      scoreTable: (modelId) =>
        catalogue.models.find(({ embedding }) => embedding?.modelId === modelId)?.embedding?.scores,
    }),
    {
      history: createHistory({ history, gallery, policy: historySchema.parse({}), log: silentLog }),
      which: 'all',
    },
  );
  const search = { collectionIds: [id], limit: 1, minScore: -1, distinctPersons: false };
  return async (picture) => {
    const ask = { picture, faces: 'detect', maxFaces: 0, attributes: [] } as const;
    const found = await recognition.recognise(ask, search, signal);
    return found.candidates.length;
  };
}

async function enrolGallery({
  gallery,
  vision,
  collectionId,
}: {
  gallery: Gallery;
  vision: Vision;
  collectionId: string;
}): Promise<void> {
  const people = createPeople({ gallery, vision, pictures: 'none', scoreTable: () => undefined });
  for (const { name, bytes } of await singleFaces()) {
    await people.enrol(
      { key: name, collectionId, reach: [collectionId], picture: bytes, faces: 'detect' },
      signal,
    );
  }
}
