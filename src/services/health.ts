import { toAppError } from '../domain/errors.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';

/** One part of the service: whether it answers, and what stands against it. */
type PartHealth = { readonly ready: boolean; readonly state: string };

type Readiness = {
  readonly ready: boolean;
  readonly parts: { readonly vision: PartHealth; readonly gallery: PartHealth };
};

/** Tells whether requests would be answered now, part by part. */
export interface Health {
  readiness(): Promise<Readiness>;
}

type HealthParts = {
  readonly vision: Pick<Vision, 'status'>;
  readonly gallery: Pick<Gallery, 'listCollections'>;
};

/** The gallery counts as ready as long as it can be read; its state is else the code of the error. */
export function createHealth(parts: HealthParts): Health {
  return {
    async readiness() {
      const { state } = parts.vision.status();
      const vision = { ready: state === 'ready', state };
      const gallery = await probeGallery(parts.gallery);
      return { ready: vision.ready && gallery.ready, parts: { vision, gallery } };
    },
  };
}

async function probeGallery(gallery: HealthParts['gallery']): Promise<PartHealth> {
  try {
    await gallery.listCollections();
    return { ready: true, state: 'loaded' };
  } catch (error) {
    return { ready: false, state: toAppError(error).code };
  }
}
