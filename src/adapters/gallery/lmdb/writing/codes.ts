import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { type PackedCode, packKey, packOf, placeOf, withCode } from '../disk/code-packs.ts';
import { ownUuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { remakePack } from '../finder/remake-pack.ts';

/** What the index keeps of a reference. */
export type CodeRow = {
  readonly number: number;
  readonly modelId: string;
  readonly collectionId: Uuid;
  readonly personId: Uuid;
  readonly code: Uint8Array;
};

type CodeTables = Pick<Tables, 'codes' | 'templates'>;

/** What becomes of a reference's code: another person's where only her id is told, gone where nothing is. */
type CodeChange = CodeRow | { readonly personId: Uuid } | undefined;

/** The codes that one write changes: those of neighbours lie in one record, which is written once. */
export class CodeChanges {
  readonly #tables: CodeTables;
  /** By pack and place. */
  readonly #packs = new Map<number, Map<number, CodeChange>>();

  constructor(tables: CodeTables) {
    this.#tables = tables;
  }

  put(row: CodeRow): void {
    this.#placesOf(row.number).set(placeOf(row.number), row);
  }

  /** The template of the reference goes in the same write. */
  drop(number: number): void {
    this.#placesOf(number).set(placeOf(number), undefined);
  }

  /** The reference becomes another person's. */
  give(number: number, personId: Uuid): void {
    const places = this.#placesOf(number);
    places.set(placeOf(number), { ...places.get(placeOf(number)), personId });
  }

  /** To be called when the templates are written. */
  finish(): void {
    for (const [pack, places] of this.#packs) this.#changePack(pack, places);
    this.#packs.clear();
  }

  #changePack(pack: number, places: ReadonlyMap<number, CodeChange>): void {
    const { codes } = this.#tables;
    const key = packKey(pack);
    const [one, ...others] = added(places);
    // Most writes add one code to those of its neighbours.
    const longer =
      one && places.size === 1 && readable(() => codes.look(key, (payload) => withCode(payload, one)));
    if (longer) {
      codes.put(key, longer);
      return;
    }
    const before = read(this.#tables, pack);
    const after = [...before.flatMap((row) => changed(row, places)), ...(one ? [one, ...others] : [])];
    if (after.length > 0) codes.put(key, after);
    else if (before.length > 0) codes.remove(key);
  }

  #placesOf(number: number): Map<number, CodeChange> {
    const places = this.#packs.get(packOf(number)) ?? new Map();
    this.#packs.set(packOf(number), places);
    return places;
  }
}

/** What a code that is there becomes, unless another takes its place. */
function changed(row: PackedCode, places: ReadonlyMap<number, CodeChange>): PackedCode[] {
  if (!places.has(row.place)) return [row];
  const change = places.get(row.place);
  return !change || 'code' in change ? [] : [{ ...row, person: ownUuidBytes(change.personId) }];
}

function added(places: ReadonlyMap<number, CodeChange>): PackedCode[] {
  return Array.from(places, ([place, change]) => {
    if (!change || !('code' in change)) return [];
    const { modelId, collectionId, personId, code } = change;
    const ids = { person: ownUuidBytes(personId), collection: ownUuidBytes(collectionId) };
    return [{ place, modelId, ...ids, code }];
  }).flat();
}

/** What is damaged is made anew. */
function read(tables: CodeTables, pack: number): readonly PackedCode[] {
  try {
    return tables.codes.get(packKey(pack)) ?? [];
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-corrupt') return remakePack(tables, pack);
    throw error;
  }
}
