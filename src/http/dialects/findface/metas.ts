import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Uuid } from '../../../domain/gallery.ts';
import { longestText } from '../../../domain/gallery-bounds.ts';
import { isAutomaticKey } from '../../../domain/gallery-rules.ts';
import type { FacePage, ListedFace, TextPlace } from '../../../domain/ports/gallery.ts';
import type { PersonPlace } from '../../../services/persons.ts';
import { metaOf } from './answers.ts';
import type { FindFaceParts } from './deps.ts';

/** So many are taken out of the store at once. */
const atOnce = 100;

type Lists = Pick<FindFaceParts, 'faces' | 'persons' | 'gallery'>;

/** A meta, how many faces have it, and the first of them. */
export type MetaSummary = { readonly meta: string; readonly count: number; readonly face: ListedFace };

/** The faces with this meta: those that are called so, then those that are called nothing of whoever has it as her key. */
export async function* namesakesOf(
  parts: Lists,
  ids: readonly Uuid[],
  meta: string,
): AsyncGenerator<ListedFace> {
  if (meta.length > longestText) return;
  if (meta !== '') yield* allFaces(parts, ids, { text: meta });
  const owners = meta === '' ? [undefined] : await ownersOf(parts, ids, meta);
  for (const personId of owners) {
    const wish = { text: '', ...(personId !== undefined && { personId }) };
    for await (const face of allFaces(parts, ids, wish)) if (metaOf(face) === meta) yield face;
  }
}

/** All metas but the empty one, each once. */
export async function* listMetas(parts: Lists, ids: readonly Uuid[]): AsyncGenerator<MetaSummary> {
  for await (const text of textsOf(parts, ids)) yield* summaryOf(parts, ids, text);
  for await (const key of keysOf(parts, ids)) {
    const { faces } = await parts.faces.list(ids, { order: 'oldest first', text: key, limit: 1 });
    if (faces.length === 0) yield* summaryOf(parts, ids, key);
  }
}

async function ownersOf({ gallery }: Lists, ids: readonly Uuid[], key: string): Promise<Set<Uuid>> {
  const members = await Promise.all(ids.map((id) => gallery.findMembership(id, key)));
  return new Set(members.flatMap((member) => member?.personId ?? []));
}

async function* summaryOf(parts: Lists, ids: readonly Uuid[], meta: string): AsyncGenerator<MetaSummary> {
  let face: ListedFace | undefined;
  let count = 0;
  for await (const next of namesakesOf(parts, ids, meta)) {
    face ??= next;
    count++;
  }
  if (face) yield { meta, count, face };
}

async function* textsOf({ faces }: Lists, ids: readonly Uuid[]): AsyncGenerator<string> {
  for (let after: TextPlace | undefined; ; ) {
    const texts = await faces.texts(ids, { limit: atOnce, ...(after && { after }) });
    yield* texts.map(({ text }) => text);
    after = texts.at(-1);
    if (texts.length < atOnce) return;
  }
}

/** The keys that tell who somebody is, each once where the same stands in several collections in the same order. */
async function* keysOf({ persons }: Lists, ids: readonly Uuid[]): AsyncGenerator<string> {
  for (let after: PersonPlace | undefined; ; ) {
    const page = await persons.list(ids, { limit: atOnce, ...(after && { after }) });
    await nextTurn();
    for (const { places } of page) {
      const { key } = places[0]!;
      if (!isAutomaticKey(key)) yield key;
    }
    after = page.at(-1)?.places[0];
    if (page.length < atOnce) return;
  }
}

async function* allFaces(
  { faces }: Lists,
  ids: readonly Uuid[],
  wish: Pick<FacePage, 'text' | 'personId'>,
): AsyncGenerator<ListedFace> {
  for (let after: number | undefined; ; ) {
    const page = await faces.list(ids, {
      ...{ ...wish, order: 'oldest first', limit: atOnce },
      ...(after !== undefined && { after }),
    });
    yield* page.faces;
    after = page.faces.at(-1)?.number;
    if (!page.hasMore) return;
  }
}
