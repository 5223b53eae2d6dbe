import type { Stamp } from '../primitives/stamp.ts';
import type { Collection, Person, Reference, Uuid } from './gallery.ts';

/** A person's fields that are written, stamped and merged together. */
export const personGroups = ['name', 'status', 'validity', 'metadata'] as const;
export type PersonGroup = (typeof personGroups)[number];

/** A person as devices exchange her. */
export type SyncedPerson = Person & {
  /** How often she had to give her number away; then it is a derived one. */
  readonly numberMoves: number;
  /** Of her making, and of the write that set each group. */
  readonly stamps: Readonly<Record<'created' | PersonGroup, Stamp>>;
};

/** A text that is to be unique; whoever claimed it later than another moves to a text beside it. */
export type Claim = {
  readonly wanted: string;
  /** How often the claimant had to move; 0 when she has what she wanted. */
  readonly moves: number;
  readonly stamp: Stamp;
};

/** The merge of a person into another; into herself when she was placed anew after it, and is one of her own again. */
export type Merge = { readonly heirId: Uuid; readonly stamp: Stamp };

/** All that ever happened to a person's place in one collection; it stays when she is gone from there. */
export type SyncedMembership = {
  readonly collectionId: Uuid;
  readonly personId: Uuid;
  /** When she was placed here, or given her latest reference here. */
  readonly added: Stamp;
  /** When she was taken out with all that she had here. */
  readonly removed?: Stamp;
  /** When her last known reference was removed, so that she left without being taken out. */
  readonly emptied?: Stamp;
  /** Into whom she was merged here. */
  readonly merged?: Merge;
  /** A device may forget the key of a member who is gone. */
  readonly key?: Claim;
};

/** What callers have written beside a reference since it was made. */
export type ReferenceNotes = Pick<Reference, 'text' | 'metadata'> & { readonly stamp: Stamp };

/** What is merged of a reference; its face never changes, and its template is each device's own. */
export type SyncedReference = Pick<Reference, 'id' | 'number' | 'collectionId'> & {
  readonly numberMoves: number;
  readonly created: Stamp;
  /** Whom it was given to, at `placed`; merges since then are not written here. */
  readonly personId: Uuid;
  readonly placed: Stamp;
  /** Forgotten when it is removed. */
  readonly notes?: ReferenceNotes;
  readonly removed?: Stamp;
};

/** What tells that a person is gone; erasure's receipt is each device's own. */
export type SyncedTombstone = { readonly personId: Uuid; readonly stamp: Stamp } & (
  | { readonly kind: 'left' | 'erased' }
  | { readonly kind: 'merged'; readonly heirId: Uuid }
);

/** A collection as devices exchange it; its metadata is each device's own. */
export type SyncedCollection = Omit<Collection, 'slug' | 'metadata'> & {
  readonly slug: Claim;
  /** Of the write that set the name. */
  readonly named: Stamp;
  /** When all members were taken out. */
  readonly cleared?: Stamp;
  /** When it was removed; it never comes back. */
  readonly removed?: Stamp;
};

/** A record that a change is about. */
export type SyncedRecord =
  | { readonly entity: 'person'; readonly record: SyncedPerson }
  | { readonly entity: 'membership'; readonly record: SyncedMembership }
  | { readonly entity: 'reference'; readonly record: SyncedReference }
  | { readonly entity: 'collection'; readonly record: SyncedCollection }
  | { readonly entity: 'tombstone'; readonly record: SyncedTombstone };
