import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { type PackedCode, packKey, packOf, placeOf } from '../disk/code-packs.ts';
import { ownUuidBytes } from '../disk/keys.ts';
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

/** Writes codes beside those of their neighbours. */
export function putCodes(tables: CodeTables, rows: readonly CodeRow[]): void {
  for (const [pack, added] of Map.groupBy(rows, ({ number }) => packOf(number))) {
    const packed = added.map(({ number, modelId, collectionId, personId, code }) => {
      const ids = { person: ownUuidBytes(personId), collection: ownUuidBytes(collectionId) };
      return { place: placeOf(number), modelId, ...ids, code };
    });
    const places = new Set(packed.map(({ place }) => place));
    const others = read(tables, pack).filter(({ place }) => !places.has(place));
    tables.codes.put(packKey(pack), [...others, ...packed]);
  }
}

/** Removes the code of a reference whose template has gone. */
export function dropCode(tables: CodeTables, number: number): void {
  const pack = packOf(number);
  const left = read(tables, pack).filter(({ place }) => place !== placeOf(number));
  if (left.length > 0) tables.codes.put(packKey(pack), left);
  else tables.codes.remove(packKey(pack));
}

/** Notes that a reference is another person's. */
export function giveCode(tables: CodeTables, number: number, personId: Uuid): void {
  const person = ownUuidBytes(personId);
  const rows = read(tables, packOf(number));
  if (rows.length === 0) return;
  const given = rows.map((row) => (row.place === placeOf(number) ? { ...row, person } : row));
  tables.codes.put(packKey(packOf(number)), given);
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
