import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Uuid } from '../../../../domain/gallery.ts';
import { checkTextLength } from '../../../../domain/gallery-bounds.ts';
import { listedReference } from '../../../../domain/gallery-rules.ts';
import type {
  FaceList,
  FacePage,
  ListedFace,
  ListedReference,
  ListedText,
  TextPlace,
} from '../../../../domain/ports/gallery.ts';
import { ownUuidBytes, textAt } from '../disk/keys.ts';
import { idBytes, isNumber, memberPrefix, referenceKey, textKey, textPrefix } from '../disk/record-keys.ts';
import type { Tables } from '../disk/tables.ts';
import { FaceNumbers } from './face-numbers.ts';
import type { Reader } from './reader.ts';

export type FacesParts = { readonly tables: Tables; readonly reader: Reader };

/** A list holds the event loop no longer than this at a time. */
const sliceMs = 4;
/** Of a text's key: its NUL character and the face number. */
const textTail = 10;

/** The references of a face in these collections, in the order of their numbers. */
export function findFace(
  parts: FacesParts,
  faceNumber: number,
  collectionIds: readonly Uuid[],
): ListedReference[] {
  for (const id of collectionIds) parts.reader.open(id);
  return isNumber(faceNumber) ? siblings(parts, faceNumber, collectionIds) : [];
}

export async function listFaces(
  parts: FacesParts,
  collectionIds: readonly Uuid[],
  { limit, ...page }: FacePage,
): Promise<FaceList> {
  checkTextLength(page.text);
  for (const id of collectionIds) parts.reader.open(id);
  const faces: ListedFace[] = [];
  for await (const face of eachFace(parts, collectionIds, page)) {
    if (faces.length === limit) return { faces, hasMore: true };
    faces.push(face);
  }
  return { faces, hasMore: false };
}

/** A text is told with the first of the collections that has it. */
export async function listTexts(
  parts: FacesParts,
  collectionIds: readonly Uuid[],
  { after, limit }: { after?: TextPlace; limit: number },
): Promise<ListedText[]> {
  for (const id of collectionIds) parts.reader.open(id);
  const ids = [...new Set(collectionIds)];
  const from = after ? ids.indexOf(after.collectionId) : 0;
  const found: ListedText[] = [];
  for (const [at, collectionId] of ids.entries()) {
    if (at < from) continue;
    let last = after?.collectionId === collectionId ? after.text : undefined;
    while (found.length < limit) {
      last = nextText(parts.tables, collectionId, last);
      if (last === undefined) break;
      const text = last;
      await nextTurn();
      if (ids.slice(0, at).some((earlier) => hasText(parts, earlier, text))) continue;
      const summary = await summaryOf(parts, ids, text);
      if (summary) found.push({ collectionId, text, ...summary });
    }
  }
  return found;
}

/** Those that are there for who asks, each as it is at its turn; other work is let in between. */
async function* eachFace(
  parts: FacesParts,
  collectionIds: readonly Uuid[],
  page: Omit<FacePage, 'limit'>,
): AsyncIterable<ListedFace> {
  const numbers = await FaceNumbers.open(parts.tables, collectionIds, page);
  let end = performance.now() + sliceMs;
  for (;;) {
    const number = numbers.next();
    if (number === undefined) return;
    const references = siblings(parts, number, collectionIds);
    if (references.some((reference) => fits(reference, page))) yield { number, references };
    if (performance.now() <= end) continue;
    await nextTurn();
    end = performance.now() + sliceMs;
  }
}

function fits({ text, personId }: ListedReference, page: Omit<FacePage, 'limit'>): boolean {
  return (
    (page.text === undefined || page.text === text) &&
    (page.personId === undefined || page.personId === personId)
  );
}

function siblings(parts: FacesParts, faceNumber: number, collectionIds: readonly Uuid[]): ListedReference[] {
  return [...new Set(collectionIds)]
    .flatMap((id) => siblingIn(parts, ownUuidBytes(id), faceNumber) ?? [])
    .sort((one, other) => one.number - other.number);
}

function siblingIn(
  { tables, reader }: FacesParts,
  collection: Buffer,
  faceNumber: number,
): ListedReference | undefined {
  const number = tables.faceCopies.get(referenceKey(collection, faceNumber)) ?? faceNumber;
  const found = tables.references.get(referenceKey(collection, number));
  // The number may be that of a reference which is itself a copy.
  if (found?.faceNumber !== faceNumber) return undefined;
  const record = reader.record(collection);
  if (!record || record.clearing) return undefined;
  if (tables.departures.has(memberPrefix(collection, found.personId))) return undefined;
  return listedReference({ ...found, key: reader.keyOf(found) });
}

function nextText({ texts }: Tables, collectionId: Uuid, last: string | undefined): string | undefined {
  const prefix = ownUuidBytes(collectionId);
  const after = last === undefined ? undefined : textKey(prefix, last, Number.MAX_SAFE_INTEGER);
  const [key] = texts.keys({ prefix, limit: 1, ...(after && { after }) });
  return key && textAt(key.subarray(idBytes, key.length - textTail));
}

function hasText({ tables: { texts } }: FacesParts, collectionId: Uuid, text: string): boolean {
  const [key] = texts.keys({ prefix: textPrefix(ownUuidBytes(collectionId), text), limit: 1 });
  return key !== undefined;
}

/** `undefined` when nobody who asks is shown a face with it. */
async function summaryOf(
  parts: FacesParts,
  collectionIds: readonly Uuid[],
  text: string,
): Promise<Pick<ListedText, 'count' | 'first'> | undefined> {
  let first: ListedFace | undefined;
  let count = 0;
  for await (const face of eachFace(parts, collectionIds, { order: 'oldest first', text })) {
    first ??= face;
    count++;
  }
  return first && { count, first };
}
