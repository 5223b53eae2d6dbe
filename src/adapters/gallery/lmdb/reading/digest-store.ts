import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import {
  createGalleryDigest,
  digestedTombstone,
  type GalleryDigest,
  vectorBytes,
} from '../../../../domain/gallery-digest.ts';
import { plainPerson } from '../../../../domain/person-groups.ts';
import type { Environment } from '../disk/environment.ts';
import { numberAt, textAt, uuidAt, uuidBytes } from '../disk/keys.ts';
import type { Pictures } from '../disk/pictures.ts';
import { collectionOf, plainTombstone } from '../disk/stamped-records.ts';
import type { Entry, ReadTable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';

const recordsInASlice = 200;
/** So often a write in between makes it begin anew; then it holds the event loop, and writes wait. */
const attemptsInSlices = 3;

export type DigestParts = {
  readonly environment: Environment;
  readonly tables: Tables;
  readonly pictures: Pictures;
};

/** The digest of one moment's records, once `settle` has ended what is under way. Rejects with `record-corrupt` when one of them cannot be read. */
export async function digestStore(parts: DigestParts, settle: () => Promise<void>): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    await settle();
    const before = parts.environment.lastCommit();
    const digest = createGalleryDigest();
    let sinceTurn = 0;
    for (const add of steps(parts, digest)) {
      add();
      if (attempt > attemptsInSlices || ++sinceTurn < recordsInASlice) continue;
      sinceTurn = 0;
      await nextTurn();
    }
    if (attempt > attemptsInSlices || parts.environment.lastCommit() === before) return digest.finish();
  }
}

/** One step a record, in the digest's order. */
function* steps({ tables, pictures }: DigestParts, digest: GalleryDigest): Iterable<() => void> {
  for (const { value } of paged(tables.collections)) {
    yield () => digest.add('collection', collectionOf(value));
  }
  for (const { value } of paged(tables.persons)) yield () => digest.add('person', plainPerson(value));
  for (const { key, value } of ordered(tables.memberships)) {
    const place = { collectionId: uuidAt(key), key: textAt(key, 16) };
    yield () => digest.add('membership', { ...place, ...value });
  }
  for (const { key, value } of paged(tables.templates)) {
    yield () => {
      const record = tables.references.get(Buffer.concat([uuidBytes(value.collectionId)!, key]));
      if (!record) throw new AppError('record-corrupt', `Template ${numberAt(key)} has no reference`);
      const crop = tables.crops.get(key);
      digest.add(
        'reference',
        { ...record, modelId: value.template.modelId, cropLandmarks: crop?.landmarks },
        [
          vectorBytes(value.template.vector),
          crop?.jpeg,
          record.hasPicture ? pictures.read(record.id) : undefined,
        ],
      );
    };
  }
  for (const { key, value } of paged(tables.tombstones)) {
    yield () => digest.add('tombstone', digestedTombstone(uuidAt(key), plainTombstone(value)));
  }
}

/** All entries in the order of their keys. */
function ordered<V>(table: ReadTable<V>): Iterable<Entry<V>> {
  const entries = paged(table);
  return table.isOrdered ? entries : [...entries].sort((one, other) => Buffer.compare(one.key, other.key));
}

/** All entries, in short scans: a long one would keep its snapshot over the turns of the event loop. */
function* paged<V>(table: ReadTable<V>): Iterable<Entry<V>> {
  let after: Buffer | undefined;
  for (;;) {
    const page = [...table.entries({ ...(after && { after }), limit: recordsInASlice })];
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < recordsInASlice) return;
  }
}
