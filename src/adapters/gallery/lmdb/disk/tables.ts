import type { AuditEntry } from '../../../../domain/audit.ts';
import type { Camera, CameraGroup } from '../../../../domain/camera.ts';
import type { Credential } from '../../../../domain/credential.ts';
import type { HistoryEvent } from '../../../../domain/event.ts';
import type { Membership, Reference, Uuid } from '../../../../domain/gallery.ts';
import type { Job } from '../../../../domain/job.ts';
import type { Parting } from '../../../../domain/ports/history.ts';
import { codePack } from './code-packs.ts';
import { buffer, bytes, crop, json, nothing, template, templateRow, uuid } from './codecs.ts';
import type { Environment, TableOpener } from './environment.ts';
import { idBytes } from './record-keys.ts';
import type { CollectionRecord, PersonRecord, StampText, TombstoneRecord } from './stamped-records.ts';
import { memberStamps, referenceStamps } from './synced-codecs.ts';

export type MembershipRecord = Omit<Membership, 'collectionId' | 'key'>;
/** Template and crop stand in tables of their own. */
export type ReferenceRecord = Omit<Reference, 'template' | 'crop'>;
export type LoginRecord = { readonly credentialId: Uuid; readonly passwordHash: string };
export type StoreState = {
  /** The version of the records. */
  readonly schema: number;
  /** The version that all records have, while those of an older store are being brought up to date. */
  readonly completeTo?: number;
  /** Stands in both environments, so that one is never opened with another store's other half. */
  readonly storeId: string;
  /** The numbers given last. */
  readonly lastPerson: number;
  readonly lastReference: number;
  /** Of all stamps that are given here. */
  readonly device: Uuid;
  /** The greatest stamp that was given or seen. */
  readonly lastStamp?: StampText;
  /** Whose templates are searched, from the first change of the embedding model on. */
  readonly embedding?: string;
};

export type Tables = ReturnType<typeof openTables>;
export type StoreParts = {
  readonly environment: Environment;
  readonly tables: Tables;
  readonly nowMs: () => number;
};

/** Of the one record in `meta`. */
export const stateKey = Buffer.from('state');

/** The first stores knew no metadata. */
const collectionCodec = json<CollectionRecord>((stored) => ({ metadata: {}, ...stored }));
/** The first stores knew neither siblings, texts nor metadata. */
const referenceCodec = json<ReferenceRecord>((stored) => ({
  faceNumber: stored.number,
  text: '',
  metadata: {},
  ...stored,
}));

/** The main environment's tables; `collection‖key` means the bytes of both one after the other. */
export function openTables(environment: TableOpener) {
  return {
    /** id → */
    collections: environment.table('collections', collectionCodec),
    /** id → what a collection was that was removed */
    formerCollections: environment.table('former-collections', collectionCodec),
    /** slug (UTF-8) → collection id */
    slugs: environment.table('slugs', uuid, { namesFrom: 0 }),
    /** id → */
    persons: environment.table('persons', json<PersonRecord>()),
    /** collection‖key → */
    memberships: environment.table('memberships', json<MembershipRecord>(), { namesFrom: idBytes }),
    /** collection‖folded key‖NUL‖key */
    foldedKeys: environment.table('folded-keys', nothing, { namesFrom: idBytes }),
    /** person‖collection → key */
    places: environment.table('places', json<string>()),
    /** collection‖number → */
    references: environment.table('references', referenceCodec),
    /** person's number → id; of a store from before there was this table, filled when it is opened */
    personNumbers: environment.table('person-numbers', uuid),
    /** collection‖face number → number, of siblings that are not the first of their face */
    faceCopies: environment.table('face-copies', json<number>()),
    /** number → face number, of the same */
    copiedFaces: environment.table('copied-faces', json<number>()),
    /** collection‖text‖NUL‖face number, of references that have a text */
    texts: environment.table('texts', nothing, { namesFrom: idBytes, plainTail: 8 }),
    /** reference id → number and stamps; stays when the reference is removed by itself */
    referenceStamps: environment.table('reference-stamps', referenceStamps),
    /** reference id → number, in a store of the first versions */
    referenceNumbers: environment.table('reference-numbers', json<number>()),
    /** person‖collection → stamps; stays when she is gone from there */
    memberStamps: environment.table('member-stamps', memberStamps),
    /** collection‖person‖number */
    memberReferences: environment.table('member-references', nothing),
    /** number → */
    templates: environment.table('templates', templateRow),
    /** pack → what the index keeps of the templates, of eight neighbours by number each; made from them where damaged */
    codes: environment.table('codes', codePack),
    /** number → the template of a model that is to be searched next */
    nextTemplates: environment.table('next-templates', template),
    /** number → */
    crops: environment.table('crops', crop),
    /** collection‖person: she has left, and her references there are going */
    departures: environment.table('departures', nothing),
    /** person id → */
    tombstones: environment.table('tombstones', json<TombstoneRecord>()),
    /** collection‖stamp → entity and id of what was written */
    changes: environment.table('changes', buffer),
    /** model id (UTF-8) → dimensions of its templates */
    models: environment.table('models', json<number>()),
    /** id → */
    credentials: environment.table('credentials', json<Credential>()),
    /** SHA-256 of the secret → credential id */
    credentialSecrets: environment.table('credential-secrets', uuid),
    /** SHA-256 of dialect‖NUL‖login → */
    logins: environment.table('logins', json<LoginRecord>(), { namesFrom: 0 }),
    /** number → */
    jobs: environment.table('jobs', json<Job>()),
    /** id → number */
    jobNumbers: environment.table('job-numbers', json<number>()),
    /** number → */
    audit: environment.table('audit', json<AuditEntry>()),
    /** number → */
    cameraGroups: environment.table('camera-groups', json<CameraGroup>()),
    /** id → number */
    cameraGroupNumbers: environment.table('camera-group-numbers', json<number>()),
    /** number → */
    cameras: environment.table('cameras', json<Camera>()),
    /** id → number */
    cameraNumbers: environment.table('camera-numbers', json<number>()),
    /** group id‖number of a camera */
    groupCameras: environment.table('group-cameras', nothing),
    /** number → */
    events: environment.table('events', json<HistoryEvent>()),
    /** time in milliseconds‖number */
    eventTimes: environment.table('event-times', nothing),
    /** camera‖time‖number */
    eventCameras: environment.table('event-cameras', nothing),
    /** person‖time‖number */
    eventPersons: environment.table('event-persons', nothing),
    /** person → */
    partings: environment.table('partings', json<Parting>()),
    /** name (UTF-8) → the number given last */
    series: environment.table('series', json<number>()),
    /** `state` → */
    meta: environment.table('meta', json<StoreState>()),
  };
}

/** The pictures' environment. */
export function openPictureTables(environment: TableOpener) {
  return {
    /** reference id → the file as it was enrolled */
    pictures: environment.table('pictures', bytes),
    /** `store` → id of the store that the pictures belong to */
    owner: environment.table('owner', json<string>()),
  };
}
