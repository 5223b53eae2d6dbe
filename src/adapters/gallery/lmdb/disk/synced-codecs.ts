import type { StampedReference } from '../../../../domain/journal.ts';
import type { SyncedMembership } from '../../../../domain/synced-records.ts';
import { type Stamp, stampAt, stampBytes, stampLength } from '../../../../primitives/stamp.ts';
import type { Codec } from './codecs.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidAt } from './keys.ts';

/** A membership without the ids that are its key. */
export type MemberStamps = Omit<SyncedMembership, 'collectionId' | 'personId'>;
/** A reference without the id that is its key. */
export type ReferenceStamps = Omit<StampedReference, 'id'>;

const idLength = 16;
const removedFlag = 1;
const emptiedFlag = 2;
const mergedFlag = 4;
const keyFlag = 8;
const describedFlag = 16;

/** Reads one field after the other. */
class Fields {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  byte(): number {
    return this.#payload[this.#skip(1)]!;
  }

  count(): number {
    return this.#payload.readUInt16BE(this.#skip(2));
  }

  number(): number {
    return numberAt(this.#payload, this.#skip(8));
  }

  uuid(): string {
    return uuidAt(this.#payload, this.#skip(idLength));
  }

  stamp(): Stamp {
    return stampAt(this.#payload, this.#skip(stampLength));
  }

  rest(): string {
    return this.#payload.toString('utf8', this.#at);
  }

  #skip(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

/**
 * Flags (1 byte), stamp added; then what the flags name: stamp removed, stamp emptied, heir and stamp of a merge, and of
 * the key its stamp, moves (2) and text (UTF-8, to the end).
 */
export const memberStamps: Codec<MemberStamps> = {
  encode({ added, removed, emptied, merged, key }) {
    const flags =
      (removed ? removedFlag : 0) |
      (emptied ? emptiedFlag : 0) |
      (merged ? mergedFlag : 0) |
      (key ? keyFlag : 0);
    return Buffer.concat([
      Buffer.of(flags),
      stampBytes(added),
      ...(removed ? [stampBytes(removed)] : []),
      ...(emptied ? [stampBytes(emptied)] : []),
      ...(merged ? [ownUuidBytes(merged.heirId), stampBytes(merged.stamp)] : []),
      ...(key ? [stampBytes(key.stamp), countBytes(key.moves), Buffer.from(key.wanted)] : []),
    ]);
  },
  decode(payload) {
    const fields = new Fields(payload);
    const flags = fields.byte();
    return {
      added: fields.stamp(),
      ...(flags & removedFlag && { removed: fields.stamp() }),
      ...(flags & emptiedFlag && { emptied: fields.stamp() }),
      ...(flags & mergedFlag && { merged: { heirId: fields.uuid(), stamp: fields.stamp() } }),
      ...(flags & keyFlag && {
        key: { stamp: fields.stamp(), moves: fields.count(), wanted: fields.rest() },
      }),
    };
  },
};

/**
 * Flags (1 byte), collection and person (16 each), number (8), its moves (2), stamps created and placed; then what the
 * flags name: stamp removed, stamp described.
 */
export const referenceStamps: Codec<ReferenceStamps> = {
  encode({ collectionId, personId, number, numberMoves, created, placed, removed, described }) {
    return Buffer.concat([
      Buffer.of((removed ? removedFlag : 0) | (described ? describedFlag : 0)),
      ownUuidBytes(collectionId),
      ownUuidBytes(personId),
      numberBytes(number),
      countBytes(numberMoves),
      stampBytes(created),
      stampBytes(placed),
      ...(removed ? [stampBytes(removed)] : []),
      ...(described ? [stampBytes(described)] : []),
    ]);
  },
  decode(payload) {
    const fields = new Fields(payload);
    const flags = fields.byte();
    return {
      collectionId: fields.uuid(),
      personId: fields.uuid(),
      number: fields.number(),
      numberMoves: fields.count(),
      created: fields.stamp(),
      placed: fields.stamp(),
      ...(flags & removedFlag && { removed: fields.stamp() }),
      ...(flags & describedFlag && { described: fields.stamp() }),
    };
  },
};

function countBytes(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(count);
  return bytes;
}
