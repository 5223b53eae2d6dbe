import { AppError } from '../domain/errors.ts';
import type { Metadata, Uuid } from '../domain/gallery.ts';
import { referenceUnknown } from '../domain/gallery-rules.ts';
import type {
  FaceList,
  FacePage,
  Gallery,
  ListedFace,
  ListedText,
  ReferenceChange,
  TextPlace,
} from '../domain/ports/gallery.ts';

/** What is to be different about a face; a field that is absent stays. */
export type FaceChange = {
  readonly text?: string;
  readonly metadata?: Metadata;
  /** Somebody who is in the gallery; where she is no member she becomes one, under an automatic key. */
  readonly personId?: Uuid;
  /** Where it is to be from now on, of the collections that the caller reaches. At least one. */
  readonly collectionIds?: readonly Uuid[];
};

/**
 * Faces by their numbers, in the collections that a caller reaches: siblings are one face. A face without a reference in
 * one of them is `reference-unknown`.
 */
export interface Faces {
  get(number: number, collectionIds: readonly Uuid[]): Promise<ListedFace>;
  list(collectionIds: readonly Uuid[], page: FacePage): Promise<FaceList>;
  texts(
    collectionIds: readonly Uuid[],
    page: { readonly after?: TextPlace; readonly limit: number },
  ): Promise<ListedText[]>;
  /** Changes all siblings in one write. */
  change(number: number, collectionIds: readonly Uuid[], change: FaceChange): Promise<ListedFace>;
  /** Removes it from all of these collections in one write. */
  remove(number: number, collectionIds: readonly Uuid[]): Promise<void>;
}

export function createFaces({ gallery }: { gallery: Gallery }): Faces {
  const get: Faces['get'] = async (number, collectionIds) => {
    const references = await gallery.findFace(number, collectionIds);
    if (references.length === 0) throw referenceUnknown();
    return { number, references };
  };
  return {
    get,
    list: (collectionIds, page) => gallery.listFaces(collectionIds, page),
    texts: (collectionIds, page) => gallery.listTexts(collectionIds, page),
    async change(number, collectionIds, change) {
      const face = await get(number, collectionIds);
      await gallery.changeReferences(changesOf(face, change));
      return get(number, [...collectionIds, ...(change.collectionIds ?? [])]);
    },
    async remove(number, collectionIds) {
      const { references } = await get(number, collectionIds);
      await gallery.changeReferences(
        references.map(({ id, collectionId }) => ({ kind: 'remove', collectionId, referenceId: id })),
      );
    },
  };
}

/** Copies are made before anything goes, so that nobody leaves in between. */
function changesOf({ references }: ListedFace, change: FaceChange): ReferenceChange[] {
  const { text, metadata, personId, collectionIds } = change;
  const wanted = new Set(collectionIds);
  if (collectionIds && wanted.size === 0)
    throw new AppError('bad-input', 'A face stands in at least one collection');
  const places = references.map(({ id, collectionId }) => ({ collectionId, referenceId: id }));
  const notes = { ...(text !== undefined && { text }), ...(metadata && { metadata }) };
  const isDescribed = text !== undefined || metadata !== undefined;
  const missing = [...wanted].filter((id) => places.every(({ collectionId }) => collectionId !== id));
  const leaving = collectionIds ? places.filter(({ collectionId }) => !wanted.has(collectionId)) : [];
  return [
    ...(isDescribed ? places.map((place) => ({ kind: 'describe', ...place, ...notes }) as const) : []),
    ...(personId === undefined
      ? []
      : places.map((place) => ({ kind: 'move', ...place, key: null, personId }) as const)),
    ...missing.map((to) => ({ kind: 'copy', ...places[0]!, to }) as const),
    ...leaving.map((place) => ({ kind: 'remove', ...place }) as const),
  ];
}
