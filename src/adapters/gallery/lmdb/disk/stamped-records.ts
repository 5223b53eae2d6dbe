import { AppError } from '../../../../domain/errors.ts';
import type { Collection, Person, Uuid } from '../../../../domain/gallery.ts';
import {
  type PersonGroup,
  personGroups,
  type SyncedCollection,
  type SyncedPerson,
  type SyncedTombstone,
} from '../../../../domain/synced-records.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import { parseStamp, type Stamp, stampText } from '../../../../primitives/stamp.ts';

/** A stamp as `stampText` writes it: records are read more often than their stamps. */
export type StampText = string;

/** A group that has no stamp of its own was last written when the person was made. */
export type PersonRecord = Person & {
  /** None when absent. */
  readonly numberMoves?: number;
  readonly stamps: { readonly created: StampText } & { readonly [G in PersonGroup]?: StampText };
};

/** What leaves a collection at once for all who read, while its records go one slice after the other. */
export type Clearing = 'all members' | 'members with references' | 'the collection';
/** A collection with the numbers of its members and references, so that nobody need count them. */
export type CollectionRecord = Collection & {
  /** Of a store from before this was kept, counted when it is opened. */
  readonly members: number;
  readonly references: number;
  /** Stands there until the last slice is gone, also over a restart. */
  readonly clearing?: Clearing;
  readonly stamps: {
    readonly slug: StampText;
    readonly named: StampText;
    readonly cleared?: StampText;
    readonly removed?: StampText;
  };
};

export type TombstoneRecord = Tombstone & { readonly stamp: StampText };

/** Reads what `stampText` wrote. */
export function storedStamp(text: StampText): Stamp {
  const stamp = parseStamp(text);
  if (!stamp) throw new AppError('record-corrupt', 'A stored stamp is not of the stored form');
  return stamp;
}

export function personRecord({ stamps, numberMoves, ...person }: SyncedPerson): PersonRecord {
  const created = stampText(stamps.created);
  const later = personGroups
    .filter((group) => stamps[group] !== stamps.created)
    .map((group): [PersonGroup, StampText] => [group, stampText(stamps[group])])
    .filter(([, text]) => text !== created);
  const written = { created, ...Object.fromEntries(later) };
  return { ...person, ...(numberMoves > 0 && { numberMoves }), stamps: written };
}

export function syncedPerson({ stamps, numberMoves = 0, ...person }: PersonRecord): SyncedPerson {
  const created = storedStamp(stamps.created);
  const stampOf = (group: PersonGroup) => {
    const text = stamps[group];
    return text === undefined ? created : storedStamp(text);
  };
  return {
    ...person,
    numberMoves,
    stamps: {
      created,
      name: stampOf('name'),
      status: stampOf('status'),
      validity: stampOf('validity'),
      metadata: stampOf('metadata'),
    },
  };
}

/** What those who ask are told of a collection. */
export function collectionOf({
  members: _,
  references: __,
  clearing: ___,
  stamps: ____,
  ...collection
}: CollectionRecord): Collection {
  return collection;
}

export function syncedCollection({
  id,
  slug,
  name,
  createdAtMs,
  stamps,
}: CollectionRecord): SyncedCollection {
  return {
    ...{ id, name, createdAtMs },
    slug: { wanted: slug, moves: 0, stamp: storedStamp(stamps.slug) },
    named: storedStamp(stamps.named),
    ...(stamps.cleared !== undefined && { cleared: storedStamp(stamps.cleared) }),
    ...(stamps.removed !== undefined && { removed: storedStamp(stamps.removed) }),
  };
}

export function plainTombstone({ stamp: _, ...tombstone }: TombstoneRecord): Tombstone {
  return tombstone;
}

export function syncedTombstone(personId: Uuid, record: TombstoneRecord): SyncedTombstone {
  const told = { personId, stamp: storedStamp(record.stamp) };
  return record.kind === 'merged'
    ? { ...told, kind: record.kind, heirId: record.heirId }
    : { ...told, kind: record.kind };
}
