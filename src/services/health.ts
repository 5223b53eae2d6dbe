import { toAppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { StoreProblem } from '../domain/store-problem.ts';

/** One part of the service: whether it answers, and what stands against it. */
type PartHealth = { readonly ready: boolean; readonly state: string };
/** What an operator should see to although the gallery answers, and how many records it concerns. */
export type GalleryProblem = { readonly message: string; readonly records: number };

type Readiness = {
  readonly ready: boolean;
  readonly parts: {
    readonly vision: PartHealth;
    /** `loading` counts the collections that cannot be searched yet. */
    readonly gallery: PartHealth & { readonly loading: number; readonly problems: readonly GalleryProblem[] };
  };
};

/** Tells whether requests would be answered now, part by part. */
export interface Health {
  readiness(): Promise<Readiness>;
  /** Slugs of the collections that cannot be searched yet. */
  loading(): Promise<string[]>;
}

type HealthParts = {
  readonly vision: Pick<Vision, 'status'>;
  readonly gallery: Pick<Gallery, 'listCollections'>;
  readonly storeProblems: () => readonly StoreProblem[];
  readonly collectionsLoading: () => readonly Uuid[];
};

/**
 * The gallery counts as ready when all collections can be searched and as long as it can be read, whatever problems it
 * has; its state is else the code of the error. Nothing is told that names a record: who asks may be anybody.
 */
export function createHealth(parts: HealthParts): Health {
  return {
    async readiness() {
      const { state } = parts.vision.status();
      const vision = { ready: state === 'ready', state };
      const problems = summarise(parts.storeProblems());
      const gallery = {
        ...(await probeGallery(parts)),
        loading: parts.collectionsLoading().length,
        problems,
      };
      return { ready: vision.ready && gallery.ready, parts: { vision, gallery } };
    },
    async loading() {
      const waiting = new Set(parts.collectionsLoading());
      const collections = await parts.gallery.listCollections();
      return collections.filter(({ id }) => waiting.has(id)).map(({ slug }) => slug);
    },
  };
}

function summarise(problems: readonly StoreProblem[]): GalleryProblem[] {
  const byMessage = Map.groupBy(problems, ({ message }) => message);
  return Array.from(byMessage, ([message, alike]) => ({ message, records: alike.length }));
}

async function probeGallery({ gallery, collectionsLoading }: HealthParts): Promise<PartHealth> {
  try {
    await gallery.listCollections();
    const ready = collectionsLoading().length === 0;
    return { ready, state: ready ? 'loaded' : 'loading' };
  } catch (error) {
    return { ready: false, state: toAppError(error).code };
  }
}
