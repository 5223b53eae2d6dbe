import { AppError } from '../../../../domain/errors.ts';
import type { Codec } from './codecs.ts';
import { numberBytes } from './keys.ts';

/** So many references have their codes in one record: those whose numbers differ in their lowest three bits alone. */
const packBits = 3;
export const packSize = 2 ** packBits;

const idBytes = 16;
/** Goes up with every change of the codes or of their layout; those of another are made anew. */
const version = 1;

/** What the index keeps of a reference's template, and whose it is; ids are their sixteen bytes. */
export type PackedCode = {
  /** Number of the reference modulo the size of a pack. */
  readonly place: number;
  readonly modelId: string;
  readonly collection: Buffer;
  readonly person: Buffer;
  readonly code: Uint8Array;
};

/** Codes of one embedding model and one collection; of each reference its place, person and code. */
export type CodeGroup = {
  readonly modelId: string;
  readonly collection: Buffer;
  readonly places: Buffer;
  /** One after the other, as are the codes. */
  readonly persons: Buffer;
  readonly codes: Buffer;
};

export function packOf(number: number): number {
  return Math.floor(number / packSize);
}

export function placeOf(number: number): number {
  return number % packSize;
}

/** The number of the reference at this place of a pack. */
export function numberIn(pack: number, place: number): number {
  return pack * packSize + place;
}

export function packKey(pack: number): Buffer {
  return numberBytes(pack);
}

/** The version, then groups: length and text of the model id, collection, count, bytes a code (2), places, persons, codes. */
export const codePack: Codec<readonly PackedCode[]> = {
  encode(rows) {
    const groups = Map.groupBy(rows, ({ modelId, collection }) => `${collection.toString('hex')} ${modelId}`);
    return Buffer.concat([Buffer.of(version), ...[...groups.values()].flatMap(encodeGroup)]);
  },
  decode: (payload) => codeGroups(payload).flatMap(rowsOf),
};

/** Views of the groups in the bytes of a pack. Throws `record-corrupt` for a pack of another version. */
export function codeGroups(payload: Buffer): CodeGroup[] {
  if (payload[0] !== version) throw new AppError('record-corrupt', 'Codes are of another version');
  const groups: CodeGroup[] = [];
  for (let at = 1; at < payload.length; ) {
    const collectionAt = at + 1 + payload[at]!;
    const countAt = collectionAt + idBytes;
    const count = payload[countAt]!;
    const placesAt = countAt + 3;
    const personsAt = placesAt + count;
    const codesAt = personsAt + count * idBytes;
    const end = codesAt + count * payload.readUInt16LE(countAt + 1);
    groups.push({
      modelId: payload.toString('utf8', at + 1, collectionAt),
      collection: payload.subarray(collectionAt, countAt),
      places: payload.subarray(placesAt, personsAt),
      persons: payload.subarray(personsAt, codesAt),
      codes: payload.subarray(codesAt, end),
    });
    at = end;
  }
  return groups;
}

function encodeGroup(rows: readonly PackedCode[]): Uint8Array[] {
  const { modelId, collection, code } = rows[0]!;
  const name = Buffer.from(modelId);
  const sizes = Buffer.alloc(3, rows.length);
  sizes.writeUInt16LE(code.length, 1);
  const places = Uint8Array.from(rows, ({ place }) => place);
  const persons = rows.map(({ person }) => person);
  const codes = rows.map((row) => row.code);
  return [Buffer.of(name.length), name, collection, sizes, places, ...persons, ...codes];
}

function rowsOf({ modelId, collection, places, persons, codes }: CodeGroup): PackedCode[] {
  const codeBytes = codes.length / places.length;
  return Array.from(places, (place, at) => ({
    ...{ place, modelId, collection },
    person: persons.subarray(at * idBytes, (at + 1) * idBytes),
    code: codes.subarray(at * codeBytes, (at + 1) * codeBytes),
  }));
}
