import type { Camera } from '../../../../domain/camera.ts';
import type { HistoryEvent } from '../../../../domain/event.ts';
import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { numberAt, numberBytes, ownUuidBytes, textAt } from '../disk/keys.ts';
import type { Snapshot } from '../disk/open-file.ts';
import {
  foldedKey,
  idBytes,
  memberKey,
  memberReferenceKey,
  placeKey,
  referenceKey,
  textKey,
} from '../disk/record-keys.ts';
import type { CollectionRecord } from '../disk/stamped-records.ts';
import { readable, type Table } from '../disk/table.ts';
import type { MembershipRecord, ReferenceRecord, Tables } from '../disk/tables.ts';
import { eventEntries, numberIn } from '../history/event-records.ts';
import type { Derivation } from './derived.ts';

type Of<S, D> = Omit<Derivation<S, D>, 'source' | 'derived'>;

const slugs: Of<CollectionRecord, Uuid> = {
  // A collection that is being removed has given its slug back.
  entriesOf: ({ value: { clearing, slug, id } }) =>
    clearing === 'the collection' ? [] : [{ key: Buffer.from(slug), value: id }],
  sourcesOf: ({ value }) => [ownUuidBytes(value)],
};

const foldedKeys: Of<MembershipRecord, true> = {
  entriesOf: ({ key }) => {
    const collection = key.subarray(0, idBytes);
    return [{ key: foldedKey(collection, textAt(key, idBytes)), value: true }];
  },
  sourcesOf: ({ key }) => {
    const text = textAt(key, idBytes);
    return [memberKey(key.subarray(0, idBytes), text.slice(text.indexOf('\0') + 1))];
  },
};

const places: Of<MembershipRecord, string> = {
  entriesOf: ({ key, value: { personId } }) => {
    const place = placeKey(personId, key.subarray(0, idBytes));
    return [{ key: place, value: textAt(key, idBytes) }];
  },
  sourcesOf: ({ key, value }) => [memberKey(key.subarray(idBytes), value)],
};

const memberReferences: Of<ReferenceRecord, true> = {
  entriesOf: ({ key, value: { personId, number } }) => {
    const collection = key.subarray(0, idBytes);
    return [{ key: memberReferenceKey(collection, personId, number), value: true }];
  },
  sourcesOf: ({ key }) => [Buffer.concat([key.subarray(0, idBytes), key.subarray(2 * idBytes)])],
};

const faceCopies: Of<ReferenceRecord, number> = {
  entriesOf: ({ key, value: { number, faceNumber } }) =>
    faceNumber === number ? [] : [{ key: referenceKey(key.subarray(0, idBytes), faceNumber), value: number }],
  sourcesOf: ({ key, value }) => [referenceKey(key.subarray(0, idBytes), value)],
};

const personNumbers: Of<Person, Uuid> = {
  entriesOf: ({ value: { id, number } }) => [{ key: numberBytes(number), value: id }],
  sourcesOf: ({ value }) => [ownUuidBytes(value)],
};

/** Of records that lie under numbers and have ids. */
const numberOfId: Of<{ readonly id: Uuid }, number> = {
  entriesOf: ({ key, value: { id } }) => [{ key: ownUuidBytes(id), value: numberAt(key) }],
  sourcesOf: ({ value }) => [numberBytes(value)],
};

const groupCameras: Of<Camera, true> = {
  entriesOf: ({ key, value: { groupId } }) => [
    { key: Buffer.concat([ownUuidBytes(groupId), key]), value: true },
  ],
  sourcesOf: ({ key }) => [key.subarray(idBytes)],
};

/** Everything in the store's tables that stands there because of something else. */
export function derivationsOf(tables: Tables) {
  const { collections, persons, memberships, references } = tables;
  /** Only its template tells in which collection a reference is, and that may be damaged: then it may be in any. */
  const keysOfReference = (number: number, snapshot?: Snapshot): Buffer[] => {
    const row = readable(() => tables.templates.get(numberBytes(number), snapshot));
    if (row) return [referenceKey(ownUuidBytes(row.collectionId), number)];
    return Array.from(collections.keys({ ...(snapshot && { snapshot }) }), (key) =>
      referenceKey(key, number),
    );
  };
  const copiedFaces: Of<ReferenceRecord, number> = {
    entriesOf: ({ value: { number, faceNumber } }) =>
      faceNumber === number ? [] : [{ key: numberBytes(number), value: faceNumber }],
    sourcesOf: ({ key }, snapshot) => keysOfReference(numberAt(key), snapshot),
  };
  const texts: Of<ReferenceRecord, true> = {
    entriesOf: ({ key, value: { text, faceNumber } }) =>
      text === '' ? [] : [{ key: textKey(key.subarray(0, idBytes), text, faceNumber), value: true }],
    sourcesOf: ({ key }, snapshot) => {
      const first = Buffer.concat([key.subarray(0, idBytes), key.subarray(key.length - 8)]);
      const copy = readable(() => tables.faceCopies.get(first, snapshot));
      return [first, ...(copy === undefined ? [] : [referenceKey(key.subarray(0, idBytes), copy)])];
    },
  };
  const eventsBy = (derived: Table<true>): Derivation<HistoryEvent, true> => ({
    ...{ source: tables.events, derived },
    entriesOf: ({ value }) =>
      eventEntries(tables, value).flatMap(({ table, key }) =>
        table === derived ? [{ key, value: true }] : [],
      ),
    sourcesOf: ({ key }) => [numberIn(key)],
  });
  return {
    slugs: { source: collections, derived: tables.slugs, ...slugs },
    personNumbers: { source: persons, derived: tables.personNumbers, ...personNumbers },
    foldedKeys: { source: memberships, derived: tables.foldedKeys, ...foldedKeys },
    places: { source: memberships, derived: tables.places, ...places },
    memberReferences: { source: references, derived: tables.memberReferences, ...memberReferences },
    faceCopies: { source: references, derived: tables.faceCopies, ...faceCopies },
    copiedFaces: { source: references, derived: tables.copiedFaces, ...copiedFaces },
    texts: { source: references, derived: tables.texts, ...texts },
    jobNumbers: { source: tables.jobs, derived: tables.jobNumbers, ...numberOfId },
    cameraNumbers: { source: tables.cameras, derived: tables.cameraNumbers, ...numberOfId },
    cameraGroupNumbers: { source: tables.cameraGroups, derived: tables.cameraGroupNumbers, ...numberOfId },
    eventTimes: eventsBy(tables.eventTimes),
    eventCameras: eventsBy(tables.eventCameras),
    eventPersons: eventsBy(tables.eventPersons),
    groupCameras: { source: tables.cameras, derived: tables.groupCameras, ...groupCameras },
  };
}
