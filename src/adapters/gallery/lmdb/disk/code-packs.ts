import { AppError } from '../../../../domain/errors.ts';
import type { Codec } from './codecs.ts';
import { numberBytes } from './keys.ts';

/** So many references have their codes in one record: those whose numbers differ in their lowest three bits alone. */
const packBits = 3;
export const packSize = 2 ** packBits;

const idBytes = 16;
/** Of the count and the bytes a code. */
const sizesBytes = 3;
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

/**
 * Where the parts of a group lie in the bytes of a pack: codes of one embedding model and one collection, and of each
 * reference its place, person and code.
 */
export type CodeGroup = {
  /** The bytes that name model and collection. */
  readonly headAt: number;
  readonly collectionAt: number;
  readonly count: number;
  readonly placesAt: number;
  readonly personsAt: number;
  readonly codesAt: number;
  readonly end: number;
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

/**
 * The version, then groups: length and text of the model id, collection, count, bytes a code (2), places, persons, codes.
 * What is bytes already is put as it is.
 */
export const codePack: Codec<readonly PackedCode[], readonly PackedCode[] | Uint8Array> = {
  encode(rows) {
    if (rows instanceof Uint8Array) return rows;
    const groups = Map.groupBy(rows, ({ modelId, collection }) => `${collection.toString('hex')} ${modelId}`);
    return Buffer.concat([Buffer.of(version), ...[...groups.values()].flatMap(encodeGroup)]);
  },
  decode: (payload) => codeGroups(payload).flatMap((group) => rowsOf(payload, group)),
  isView: true,
};

/** A pack with one code more; `undefined` where it has one at that place, or its last group is another's. */
export function withCode(payload: Buffer, { place, person, code, ...head }: PackedCode): Buffer | undefined {
  const groups = codeGroups(payload);
  const last = groups.at(-1);
  if (!last || !isOf(payload, last, head)) return undefined;
  const { count, placesAt, personsAt, codesAt, end } = last;
  if (groups.some((group) => payload.subarray(group.placesAt, group.personsAt).includes(place)))
    return undefined;
  if (end - codesAt !== count * code.length) return undefined;
  const longer = Buffer.allocUnsafe(payload.length + 1 + idBytes + code.length);
  payload.copy(longer, 0, 0, personsAt);
  longer[placesAt - sizesBytes] = count + 1;
  longer[personsAt] = place;
  payload.copy(longer, personsAt + 1, personsAt, codesAt);
  person.copy(longer, codesAt + 1);
  payload.copy(longer, codesAt + 1 + idBytes, codesAt, end);
  longer.set(code, end + 1 + idBytes);
  return longer;
}

/** The groups of a pack. Throws `record-corrupt` for a pack of another version. */
export function codeGroups(payload: Buffer): CodeGroup[] {
  if (payload[0] !== version) throw new AppError('record-corrupt', 'Codes are of another version');
  const groups: CodeGroup[] = [];
  for (let headAt = 1; headAt < payload.length; ) {
    const collectionAt = headAt + 1 + payload[headAt]!;
    const countAt = collectionAt + idBytes;
    const count = payload[countAt]!;
    const placesAt = countAt + sizesBytes;
    const personsAt = placesAt + count;
    const codesAt = personsAt + count * idBytes;
    const end = codesAt + count * (payload[countAt + 1]! + 256 * payload[countAt + 2]!);
    groups.push({ headAt, collectionAt, count, placesAt, personsAt, codesAt, end });
    headAt = end;
  }
  return groups;
}

/** A copy of the bytes that name a group's model and collection. */
export function headOf(payload: Buffer, { headAt, collectionAt }: CodeGroup): Buffer {
  return Buffer.from(payload.subarray(headAt, collectionAt + idBytes));
}

/** Whether a group is of this model and collection. */
export function isHead(head: Buffer, payload: Buffer, { headAt, collectionAt }: CodeGroup): boolean {
  if (collectionAt + idBytes - headAt !== head.length) return false;
  for (let at = 0; at < head.length; at++) if (payload[headAt + at] !== head[at]) return false;
  return true;
}

function isOf(
  payload: Buffer,
  { headAt, collectionAt }: CodeGroup,
  { modelId, collection }: Pick<PackedCode, 'modelId' | 'collection'>,
): boolean {
  return (
    collection.equals(payload.subarray(collectionAt, collectionAt + idBytes)) &&
    payload.toString('utf8', headAt + 1, collectionAt) === modelId
  );
}

export function modelOf(payload: Buffer, { headAt, collectionAt }: CodeGroup): string {
  return payload.toString('utf8', headAt + 1, collectionAt);
}

function encodeGroup(rows: readonly PackedCode[]): Uint8Array[] {
  const { modelId, collection, code } = rows[0]!;
  const name = Buffer.from(modelId);
  const sizes = Buffer.alloc(sizesBytes, rows.length);
  sizes.writeUInt16LE(code.length, 1);
  const places = Uint8Array.from(rows, ({ place }) => place);
  const persons = rows.map(({ person }) => person);
  const codes = rows.map((row) => row.code);
  return [Buffer.of(name.length), name, collection, sizes, places, ...persons, ...codes];
}

function rowsOf(payload: Buffer, group: CodeGroup): PackedCode[] {
  const { collectionAt, count, placesAt, personsAt, codesAt, end } = group;
  const modelId = modelOf(payload, group);
  const collection = payload.subarray(collectionAt, collectionAt + idBytes);
  const codeBytes = (end - codesAt) / count;
  return Array.from({ length: count }, (_, at) => ({
    ...{ place: payload[placesAt + at]!, modelId, collection },
    person: payload.subarray(personsAt + at * idBytes, personsAt + (at + 1) * idBytes),
    code: payload.subarray(codesAt + at * codeBytes, codesAt + (at + 1) * codeBytes),
  }));
}
