import { toAppError } from '../domain/errors.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { StoreProblem } from '../domain/store-problem.ts';

/** One part of the service: whether it answers, and what stands against it. */
type PartHealth = { readonly ready: boolean; readonly state: string };
/** What an operator should see to although the gallery answers, and how many records it concerns. */
type GalleryProblem = { readonly message: string; readonly records: number };

type Readiness = {
  readonly ready: boolean;
  readonly parts: {
    readonly vision: PartHealth;
    readonly gallery: PartHealth & { readonly problems: readonly GalleryProblem[] };
  };
};

/** Tells whether requests would be answered now, part by part. */
export interface Health {
  readiness(): Promise<Readiness>;
}

type HealthParts = {
  readonly vision: Pick<Vision, 'status'>;
  readonly gallery: Pick<Gallery, 'listCollections'>;
  readonly storeProblems: () => readonly StoreProblem[];
};

/**
 * The gallery counts as ready as long as it can be read, whatever problems it has; its state is else the code of the
 * error. Nothing is told that names a record: who asks may be anybody.
 */
export function createHealth(parts: HealthParts): Health {
  return {
    async readiness() {
      const { state } = parts.vision.status();
      const vision = { ready: state === 'ready', state };
      const problems = summarise(parts.storeProblems());
      const gallery = { ...(await probeGallery(parts.gallery)), problems };
      return { ready: vision.ready && gallery.ready, parts: { vision, gallery } };
    },
  };
}

function summarise(problems: readonly StoreProblem[]): GalleryProblem[] {
  const byMessage = Map.groupBy(problems, ({ message }) => message);
  return Array.from(byMessage, ([message, alike]) => ({ message, records: alike.length }));
}

async function probeGallery(gallery: HealthParts['gallery']): Promise<PartHealth> {
  try {
    await gallery.listCollections();
    return { ready: true, state: 'loaded' };
  } catch (error) {
    return { ready: false, state: toAppError(error).code };
  }
}
