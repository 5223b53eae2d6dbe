import { describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { VisionStatus } from '../../../src/domain/ports/vision.ts';
import type { StoreProblem } from '../../../src/domain/store-problem.ts';
import { createHealth } from '../../../src/services/health.ts';

function visionIn(state: VisionStatus['state']) {
  return { status: (): VisionStatus => ({ state, restarts: 0, queued: 0, running: 0, rssBytes: 0 }) };
}

const storeProblems = () => [];
const collectionsLoading = () => [];

/** As a disk that cannot be read any more makes it. */
function brokenGallery(): Pick<Gallery, 'listCollections'> {
  return {
    listCollections: () => Promise.reject(new AppError('storage-failed', 'The store cannot be read')),
  };
}

describe('health', () => {
  it('is ready when vision answers and the gallery can be read', async () => {
    const health = createHealth({
      vision: visionIn('ready'),
      gallery: openMemoryGallery(),
      storeProblems,
      collectionsLoading,
    });
    expect(await health.readiness()).toEqual({
      ready: true,
      parts: {
        vision: { ready: true, state: 'ready' },
        gallery: { ready: true, state: 'loaded', loading: 0, problems: [] },
      },
    });
  });

  it.each(['starting', 'restarting', 'stopped'] as const)(
    'is not ready while vision is %s',
    async (state) => {
      const health = createHealth({
        vision: visionIn(state),
        gallery: openMemoryGallery(),
        storeProblems,
        collectionsLoading,
      });
      expect(await health.readiness()).toMatchObject({
        ready: false,
        parts: { vision: { ready: false, state }, gallery: { ready: true } },
      });
    },
  );

  it('is not ready while collections are loaded, counts them for everybody and names them for operators', async () => {
    const gallery = openMemoryGallery();
    const loading = [await gallery.createCollection('door', 'Door')];
    await gallery.createCollection('gate', 'Gate');
    const collectionsLoading = () => loading.map(({ id }) => id);
    const health = createHealth({ vision: visionIn('ready'), gallery, storeProblems, collectionsLoading });
    expect(await health.readiness()).toMatchObject({
      ready: false,
      parts: { gallery: { ready: false, state: 'loading', loading: 1 } },
    });
    expect(await health.loading()).toEqual(['door']);
    loading.pop();
    expect(await health.readiness()).toMatchObject({ ready: true, parts: { gallery: { loading: 0 } } });
    expect(await health.loading()).toEqual([]);
  });

  it('is not ready while the gallery cannot be read, and tells the error', async () => {
    const health = createHealth({
      vision: visionIn('ready'),
      gallery: brokenGallery(),
      storeProblems,
      collectionsLoading,
    });
    expect(await health.readiness()).toMatchObject({
      ready: false,
      parts: { vision: { ready: true }, gallery: { ready: false, state: 'storage-failed' } },
    });
  });

  it('is ready in spite of problems of the store, and tells them as they are now, without their records', async () => {
    let problems: StoreProblem[] = ['a', 'b'].map((key) => ({ table: 'templates', key, message: 'damaged' }));
    problems.push({ table: 'departures', key: 'c', message: 'the disk is full' });
    const gallery = openMemoryGallery();
    const health = createHealth({
      vision: visionIn('ready'),
      gallery,
      storeProblems: () => problems,
      collectionsLoading,
    });
    const told = async () => {
      const { ready, parts } = await health.readiness();
      return { ready, problems: parts.gallery.problems };
    };
    expect(await told()).toEqual({
      ready: true,
      problems: [
        { message: 'damaged', records: 2 },
        { message: 'the disk is full', records: 1 },
      ],
    });
    problems = [];
    expect(await told()).toEqual({ ready: true, problems: [] });
  });
});
