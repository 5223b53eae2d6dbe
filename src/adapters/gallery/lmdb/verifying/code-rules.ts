import { numberIn, type PackedCode, packKey, packOf, placeOf } from '../disk/code-packs.ts';
import type { TemplateRow } from '../disk/codecs.ts';
import { numberAt, numberBytes, ownUuidBytes } from '../disk/keys.ts';
import type { Snapshot } from '../disk/open-file.ts';
import type { Tables } from '../disk/tables.ts';
import { codeOf } from '../finder/codes.ts';
import { remakePack } from '../finder/remake-pack.ts';
import type { Repair } from './faults.ts';
import { lookUp, type Rule } from './scan.ts';

const message = 'Codes do not fit the templates';

/** Every template has its code in a pack, by which the next start finds it. */
export function hasCode(tables: Tables): Rule<TemplateRow> {
  const packAt = packs(tables);
  return ({ snapshot, faults }, { key, value }) => {
    const number = numberAt(key);
    const place = packKey(packOf(number));
    const rows = packAt(place, snapshot);
    if (rows === 'damaged') return;
    const row = rows?.find((each) => each.place === placeOf(number));
    if (row && isOf(row, value)) return;
    const kind = row ? 'contradiction' : 'missing';
    const { personId, collectionId, referenceId } = value;
    const about = { personId, collectionId, referenceId };
    faults.note({ kind, table: tables.codes, place, message, ...about }, packAnew(tables, place));
  };
}

/** Every code is of a reference that has a template. */
export function areOfTemplates(tables: Tables): Rule<readonly PackedCode[]> {
  return ({ snapshot, faults }, { key, value: rows }) => {
    const isStray = ({ place }: PackedCode) =>
      !tables.templates.has(numberBytes(numberIn(numberAt(key), place)), snapshot);
    if (!rows.some(isStray)) return;
    faults.note({ kind: 'stray', table: tables.codes, place: key, message }, packAnew(tables, key));
  };
}

/** Makes a pack from the templates as they are then. */
export function packAnew(tables: Tables, place: Buffer): Repair {
  return () => {
    const rows = remakePack(tables, numberAt(place));
    if (rows.length > 0) tables.codes.put(place, rows);
    else tables.codes.remove(place);
  };
}

/** Neighbours have their codes in one pack: the last one is kept open. */
function packs({ codes }: Tables) {
  let last:
    | { snapshot: Snapshot; place: Buffer; rows: readonly PackedCode[] | 'damaged' | undefined }
    | undefined;
  return (place: Buffer, snapshot: Snapshot) => {
    if (!last?.place.equals(place) || last.snapshot !== snapshot)
      last = { snapshot, place, rows: lookUp(codes, place, snapshot) };
    return last.rows;
  };
}

function isOf({ modelId, collection, person, code }: PackedCode, row: TemplateRow): boolean {
  return (
    modelId === row.template.modelId &&
    collection.equals(ownUuidBytes(row.collectionId)) &&
    person.equals(ownUuidBytes(row.personId)) &&
    Buffer.from(code.buffer, code.byteOffset, code.length).equals(codeOf(row.template.vector))
  );
}
