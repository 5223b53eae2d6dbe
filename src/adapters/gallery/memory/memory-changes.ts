import { eachItem } from '../../../domain/each-item.ts';
import type { Reference, Uuid } from '../../../domain/gallery.ts';
import { checkCount, checkFaceNotes, checkNotes } from '../../../domain/gallery-bounds.ts';
import {
  checkKey,
  checkVector,
  copyFace,
  listedReference,
  referenceUnknown,
} from '../../../domain/gallery-rules.ts';
import type {
  KeyedReference,
  ListedReference,
  NewEnrolment,
  ReferenceChange,
} from '../../../domain/ports/gallery.ts';
import type { Held, MemoryRecords } from './memory-records.ts';

type ForEach = <T, R>(items: readonly T[], run: (item: T) => R) => R[];
type Change<K extends ReferenceChange['kind']> = Extract<ReferenceChange, { readonly kind: K }>;

/** Enrols all faces, or none. */
export function enrolAll(
  records: MemoryRecords,
  { collectionId, faces, each }: { collectionId: Uuid; faces: readonly NewEnrolment[]; each: ForEach },
): KeyedReference[] {
  checkCount(faces);
  records.checkCollection(collectionId);
  each(faces, ({ key, face, person = {} }) => {
    if (key !== null) checkKey(key);
    checkFaceNotes(face);
    checkNotes(person);
    checkVector(face.template.vector);
    checkVector(face.template.vector, records.dimensions.get(face.template.modelId));
  });
  const kept = faces.map((wish) => ({ ...wish, face: copyFace(wish.face), id: records.nextId() }));
  return records.together(() => each(kept, (wish) => records.addReference(collectionId, wish)));
}

/** Makes all changes, or none. */
export function changeReferences(
  records: MemoryRecords,
  changes: readonly ReferenceChange[],
): ListedReference[] {
  checkCount(changes);
  const ids = eachItem(changes, (change) => {
    check(records, change);
    return change.kind === 'copy' ? records.nextId() : undefined;
  });
  const kept = changes.map((change, at) => ({ change: structuredClone(change), id: ids[at] }));
  return records.together(() => eachItem(kept, ({ change, id }) => makeChange(records, change, id)));
}

function check(records: MemoryRecords, change: ReferenceChange): void {
  records.checkCollection(change.collectionId);
  if (change.kind === 'copy') records.checkCollection(change.to);
  if (change.kind === 'describe') checkNotes(change);
  else if (change.kind !== 'remove' && change.key != null) checkKey(change.key);
}

function makeChange(records: MemoryRecords, change: ReferenceChange, id: Uuid | undefined): ListedReference {
  const held = records.find(change.collectionId, change.referenceId);
  if (!held) throw referenceUnknown();
  const { reference } = held;
  switch (change.kind) {
    case 'describe': {
      const { text = reference.text, metadata = reference.metadata } = change;
      records.journal.describeReference(reference);
      return put(records, { ...reference, text, metadata });
    }
    case 'move': {
      const { number } = reference;
      const { personId } = records.placeFor(change.collectionId, { ...change, number });
      const listed = put(records, { ...reference, personId });
      if (personId === reference.personId) return listed;
      records.journal.giveReference(listed);
      records.leaveWhenEmpty(reference);
      return listed;
    }
    case 'copy':
      return copy(records, held, { ...change, id: id! });
    case 'remove': {
      const listed = listedReference(records.keyed(reference));
      records.remove((other) => other.id === reference.id);
      records.leaveWhenEmpty(reference);
      return listed;
    }
  }
}

function put(records: MemoryRecords, reference: Reference): ListedReference {
  records.held = records.held.map((held) =>
    held.reference.id === reference.id ? { ...held, reference } : held,
  );
  return listedReference(records.keyed(reference));
}

function copy(
  records: MemoryRecords,
  { reference, picture }: Held,
  { to, key, id }: Change<'copy'> & { id: Uuid },
): ListedReference {
  const { faceNumber, personId } = reference;
  const there = records.held.find(
    ({ reference: other }) => other.collectionId === to && other.faceNumber === faceNumber,
  );
  if (there) return listedReference(records.keyed(there.reference));
  const number = records.nextReferenceNumber();
  const ownKey = records.keyed(reference).key;
  const wanted = key ?? (records.place(to, ownKey) ? null : ownKey);
  if (!records.placeOf(to, personId)) records.placeFor(to, { key: wanted, personId, number });
  const sibling = { ...reference, id, number, collectionId: to, createdAtMs: records.nowMs() };
  records.hold({ reference: sibling, picture });
  return listedReference(records.keyed(sibling));
}
