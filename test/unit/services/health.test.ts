import { describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { VisionStatus } from '../../../src/domain/ports/vision.ts';
import { createHealth } from '../../../src/services/health.ts';

function visionIn(state: VisionStatus['state']) {
  return { status: (): VisionStatus => ({ state, restarts: 0, queued: 0, running: 0, rssBytes: 0 }) };
}

/** As a disk that cannot be read any more makes it. */
function brokenGallery(): Pick<Gallery, 'listCollections'> {
  return {
    listCollections: () => Promise.reject(new AppError('storage-failed', 'The store cannot be read')),
  };
}

describe('health', () => {
  it('is ready when vision answers and the gallery can be read', async () => {
    const health = createHealth({ vision: visionIn('ready'), gallery: openMemoryGallery() });
    expect(await health.readiness()).toEqual({
      ready: true,
      parts: { vision: { ready: true, state: 'ready' }, gallery: { ready: true, state: 'loaded' } },
    });
  });

  it.each(['starting', 'restarting', 'stopped'] as const)(
    'is not ready while vision is %s',
    async (state) => {
      const health = createHealth({ vision: visionIn(state), gallery: openMemoryGallery() });
      expect(await health.readiness()).toMatchObject({
        ready: false,
        parts: { vision: { ready: false, state }, gallery: { ready: true } },
      });
    },
  );

  it('is not ready while the gallery cannot be read, and tells the error', async () => {
    const health = createHealth({ vision: visionIn('ready'), gallery: brokenGallery() });
    expect(await health.readiness()).toMatchObject({
      ready: false,
      parts: { vision: { ready: true }, gallery: { ready: false, state: 'storage-failed' } },
    });
  });
});
