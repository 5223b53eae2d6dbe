import { createHash } from 'node:crypto';
import type { Uuid } from './gallery.ts';
import type { Tombstone } from './tombstone.ts';

export type DigestedKind = 'collection' | 'person' | 'membership' | 'reference' | 'tombstone';

/** Adds up the records of a gallery; all adapters feed it the same records in the same order. */
export type GalleryDigest = {
  /** A record as plain data, and the bytes that belong to it; `undefined` bytes differ from empty ones. */
  add(kind: DigestedKind, record: object, bytes?: readonly (Uint8Array | undefined)[]): void;
  /** Hex SHA-256 of all that was added. */
  finish(): string;
};

/** Order of records: collections and persons by id, members by collection and key, references by number, tombstones by id. */
export function createGalleryDigest(): GalleryDigest {
  const hash = createHash('sha256');
  return {
    add(kind, record, bytes = []) {
      hash.update(`${kind}\n${canonicalJson(record)}\n`);
      for (const part of bytes) {
        hash.update(part ? `${part.byteLength}\n` : 'none\n');
        if (part) hash.update(part);
      }
    },
    finish: () => hash.digest('hex'),
  };
}

/** JSON with the names of every object in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** A tombstone as it counts: a scrub is about files, not about the gallery. */
export function digestedTombstone(personId: Uuid, tombstone: Tombstone): object {
  if (tombstone.kind !== 'erased') return { personId, ...tombstone };
  return { personId, ...tombstone, receipt: { ...tombstone.receipt, scrubbedAtMs: undefined } };
}

/** The bytes of a vector as they lie in memory, little-endian. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
