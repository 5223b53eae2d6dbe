import type { TemplateRow } from '../disk/codecs.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { idBytes, memberPrefix, placeKey } from '../disk/record-keys.ts';
import { type ReadTable, readable } from '../disk/table.ts';
import type { ReferenceRecord, Tables } from '../disk/tables.ts';
import { dropReference } from '../writing/references.ts';
import type { Fault } from './faults.ts';
import { hasGone } from './member-rules.ts';
import { lookUp, type Rule, type Scan } from './scan.ts';

/** As much of a collection as is left when its record is gone. */
function bareCollection(bytes: Buffer): Parameters<typeof dropReference>[1] {
  return { bytes, record: { id: uuidAt(bytes) } };
}

type Whom = Required<Pick<Fault, 'personId' | 'collectionId' | 'referenceId'>>;

function whomOf({ id, personId, collectionId }: ReferenceRecord): Whom {
  return { personId, collectionId, referenceId: id };
}

/** A reference has a template with the same ids: without one it is found by nobody. */
export function hasTemplate({ templates }: Tables): Rule<ReferenceRecord> {
  return ({ snapshot, faults }, { value: record }) => {
    const key = numberBytes(record.number);
    const about = { table: templates, place: key, ...whomOf(record) };
    const row = lookUp(templates, key, snapshot);
    if (row === undefined) {
      faults.note({
        ...about,
        kind: 'missing',
        message: 'The template of a reference is gone: enrol her face again',
      });
    } else if (row === 'damaged') {
      faults.note({
        ...about,
        kind: 'damaged',
        message: 'The template of a reference is damaged: enrol her face again',
      });
    } else if (!isSame(row, record)) {
      const message = 'A template says that it belongs to another reference than the one with its number';
      faults.note({ ...about, kind: 'contradiction', message }, (ledger) => {
        const { id: referenceId, personId, collectionId } = record;
        const now = readable(() => templates.get(key));
        if (!now || isSame(now, record)) return;
        templates.put(key, { ...now, referenceId, personId, collectionId });
        ledger.after.push({ kind: 'row-moved', number: record.number, personId });
      });
    }
  };
}

function isSame(row: TemplateRow, { id, personId, collectionId }: ReferenceRecord): boolean {
  return row.referenceId === id && row.personId === personId && row.collectionId === collectionId;
}

/** Where a reference says that it has a crop there is one. */
export function hasCrop({ crops, references }: Tables): Rule<ReferenceRecord> {
  return ({ snapshot, faults }, { key, value: record }) => {
    const place = numberBytes(record.number);
    const crop = lookUp(crops, place, snapshot);
    if (crop === 'damaged') {
      const message = 'The crop of a reference is damaged: another embedding model will not know her by it';
      faults.note({ kind: 'damaged', table: crops, place, message, ...whomOf(record) });
    } else if (record.hasCrop && !crop) {
      const message = 'The crop of a reference is gone: another embedding model will not know her by it';
      faults.note({ kind: 'missing', table: crops, place, message, ...whomOf(record) });
    } else if (!record.hasCrop && crop) {
      const message = 'A reference does not know of its crop';
      faults.note(
        { kind: 'contradiction', table: references, place: key, message, ...whomOf(record) },
        () => {
          const now = readable(() => references.get(key));
          if (now && crops.has(place)) references.put(key, { ...now, hasCrop: true });
        },
      );
    }
  };
}

/** Where a reference says that its picture is kept there is one. */
export function hasPicture(
  pictures: Pick<ReadTable<unknown>, 'name' | 'tell' | 'has'>,
): Rule<ReferenceRecord> {
  return ({ pictures: snapshot, faults }, { value: record }) => {
    const place = ownUuidBytes(record.id);
    if (!record.hasPicture || pictures.has(place, snapshot)) return;
    const message = 'The picture of a reference is gone';
    faults.note({ kind: 'missing', table: pictures, place, message, ...whomOf(record) });
  };
}

/**
 * Whose reference it is has a place in its collection, or is leaving it. To be asked when places are in order: of one who
 * has gone for good nothing is kept.
 */
export function hasMember(tables: Tables): Rule<ReferenceRecord> {
  const { places, references } = tables;
  return (scan, { key, value: record }) => {
    const { personId, number } = record;
    const whom = { personId, collection: key.subarray(0, idBytes) };
    const place = placeKey(personId, whom.collection);
    if (places.has(place, scan.snapshot) || isGoing(tables, scan, whom)) return;
    const about = { table: references, place: key, ...whomOf(record) };
    if (!hasGone(tables, whom, scan.snapshot)) {
      const message = 'A person has lost her place in a collection where she has a reference';
      scan.faults.note({ ...about, kind: 'contradiction', message });
      return;
    }
    scan.faults.note({ ...about, kind: 'stray', message: 'A reference belongs to nobody' }, (ledger) => {
      if (places.has(place) || !hasGone(tables, whom)) return;
      dropReference(ledger, bareCollection(whom.collection), { personId, number, withMember: true });
    });
  };
}

/** Every template is a reference's. To be asked when places are in order: of one who has gone for good nothing is kept. */
export function isOfReference(tables: Tables): Rule<TemplateRow> {
  const { references, templates } = tables;
  return (scan, { key, value: { referenceId, personId, collectionId } }) => {
    const whom = { personId, collection: ownUuidBytes(collectionId) };
    const place = Buffer.concat([whom.collection, key]);
    if (references.has(place, scan.snapshot) || isGoing(tables, scan, whom)) return;
    const about = { referenceId, personId, collectionId };
    if (!hasGone(tables, whom, scan.snapshot)) {
      const message = 'The record of a reference is gone; its face may still be found';
      scan.faults.note({ kind: 'missing', table: references, place, message, ...about });
      return;
    }
    const message = 'A template belongs to no reference';
    scan.faults.note({ kind: 'stray', table: templates, place: key, message, ...about }, (ledger) => {
      if (references.has(place) || !hasGone(tables, whom)) return;
      const gone = { personId, number: numberAt(key), withMember: true };
      dropReference(ledger, bareCollection(whom.collection), gone);
    });
  };
}

/** All templates of a model are as long as it says. */
export function isAsLong({ models, templates }: Tables): Rule<TemplateRow> {
  return ({ snapshot, faults }, { key, value: { template, ...whom } }) => {
    const { modelId, vector } = template;
    const model = Buffer.from(modelId);
    const dimensions = lookUp(models, model, snapshot);
    if (dimensions === vector.length) return;
    if (dimensions !== undefined && dimensions !== 'damaged') {
      const message = 'A template is not as long as the others of its embedding model';
      faults.note({ kind: 'contradiction', table: templates, place: key, message, ...whom });
      return;
    }
    const message = 'The length of the templates of an embedding model is not known';
    faults.note({ kind: 'missing', table: models, place: model, message }, () => {
      if (typeof lookUp(models, model) !== 'number') models.put(model, vector.length);
    });
  };
}

/** Every template that is to be searched next is of a reference; a damaged one is made again from its crop. */
export function hasRow({ templates, nextTemplates }: Tables): Rule<unknown> {
  return ({ snapshot, faults }, { key }) => {
    if (templates.has(key, snapshot)) return;
    const message = 'A template of the next embedding model belongs to no reference';
    faults.note({ kind: 'stray', table: nextTemplates, place: key, message }, () => {
      if (!templates.has(key)) nextTemplates.remove(key);
    });
  };
}

/** Every crop is of a reference. */
export function isOfAny(tables: Tables): Rule<unknown> {
  const { crops, templates, references, collections } = tables;
  const isNobodys = (key: Buffer, snapshot?: Scan['snapshot']): boolean =>
    !templates.has(key, snapshot) &&
    !Array.from(collections.keys({ ...(snapshot && { snapshot }) })).some((collection) =>
      references.has(Buffer.concat([collection, key]), snapshot),
    );
  return ({ snapshot, faults }, { key }) => {
    if (!isNobodys(key, snapshot)) return;
    const message = 'A crop belongs to no reference';
    faults.note({ kind: 'stray', table: crops, place: key, message }, () => {
      if (isNobodys(key)) crops.remove(key);
    });
  };
}

/** Whether what is there of a member is on its way out anyway. */
function isGoing(
  { departures, collections }: Tables,
  { snapshot }: Scan,
  { collection, personId }: { collection: Buffer; personId: string },
): boolean {
  if (departures.has(memberPrefix(collection, personId), snapshot)) return true;
  const record = lookUp(collections, collection, snapshot);
  return record === 'damaged' || record?.clearing !== undefined;
}
