import { ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { idBytes, referenceKey } from '../disk/record-keys.ts';
import type { ReferenceStamps } from '../disk/synced-codecs.ts';
import { readable } from '../disk/table.ts';
import type { ReferenceRecord, Tables } from '../disk/tables.ts';
import { lookUp, type Rule } from './scan.ts';

/** Every reference has stamps that lead to it; without them nobody finds it by its id. New ones are of the time of the repair. */
export function hasStamps({ references, referenceStamps }: Tables): Rule<ReferenceRecord> {
  return ({ snapshot, faults }, { key, value: { id, personId, collectionId, number } }) => {
    const place = ownUuidBytes(id);
    const stamps = lookUp(referenceStamps, place, snapshot);
    const about = { table: referenceStamps, place, personId, collectionId, referenceId: id };
    if (stamps === undefined || stamps === 'damaged') {
      const kind = stamps === undefined ? 'missing' : 'damaged';
      const message = `The stamps of a reference are ${stamps === undefined ? 'gone' : 'damaged'}`;
      faults.note({ ...about, kind, message }, ({ journal }) => {
        const now = readable(() => references.get(key));
        if (now && typeof lookUp(referenceStamps, place) !== 'object') journal.addReference(now);
      });
    } else if (stamps.removed) {
      const message = 'A reference is there that was removed';
      faults.note({ ...about, kind: 'contradiction', message });
    } else if (stamps.number !== number || stamps.collectionId !== collectionId) {
      const message = 'The stamps of a reference lead elsewhere';
      faults.note({ ...about, kind: 'contradiction', message }, () => {
        const now = readable(() => references.get(key));
        const found = readable(() => referenceStamps.get(place));
        if (now && found) referenceStamps.put(place, { ...found, number, collectionId });
      });
    }
  };
}

/** Stamps that do not say that their reference was removed lead to one that is there. */
export function isStillThere({ references, tombstones }: Tables): Rule<ReferenceStamps> {
  return ({ snapshot, faults }, { key, value: { removed, collectionId, personId, number } }) => {
    if (removed) return;
    const place = referenceKey(ownUuidBytes(collectionId), number);
    if (references.has(place, snapshot)) return;
    const about = { personId, collectionId, referenceId: uuidAt(key) };
    // What was given to one who was merged is her heir's.
    const gone = lookUp(tombstones, ownUuidBytes(personId), snapshot);
    if (gone && gone !== 'damaged' && gone.kind !== 'merged') return;
    const message = 'The record of a reference is gone; its face may still be found';
    faults.note({ kind: 'missing', table: references, place, message, ...about });
  };
}

/** Every place has stamps, by which other devices learn of it. */
export function hasPlaceStamps({ places, memberStamps }: Tables): Rule<string> {
  return ({ snapshot, faults }, { key: place }) => {
    const stamps = lookUp(memberStamps, place, snapshot);
    if (stamps !== undefined && stamps !== 'damaged') return;
    const kind = stamps === undefined ? 'missing' : 'damaged';
    const message = `The stamps of a membership are ${stamps === undefined ? 'gone' : 'damaged'}`;
    const about = { personId: uuidAt(place), collectionId: uuidAt(place, idBytes) };
    faults.note({ kind, table: memberStamps, place, message, ...about }, ({ journal }) => {
      const key = readable(() => places.get(place));
      if (key === undefined || typeof lookUp(memberStamps, place) === 'object') return;
      journal.place({ ...about, key });
    });
  };
}
