import { numberIn, type PackedCode, packSize } from '../disk/code-packs.ts';
import { numberBytes, ownUuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { codeOf } from './codes.ts';

/** The codes of a pack as the templates give them; without those of damaged ones. */
export function remakePack({ templates }: Pick<Tables, 'templates'>, pack: number): PackedCode[] {
  return Array.from({ length: packSize }, (_, place) => place).flatMap((place) => {
    const row = readable(() => templates.get(numberBytes(numberIn(pack, place))));
    if (!row) return [];
    const { personId, collectionId, template } = row;
    const ids = { person: ownUuidBytes(personId), collection: ownUuidBytes(collectionId) };
    return [{ place, modelId: template.modelId, ...ids, code: codeOf(template.vector) }];
  });
}
