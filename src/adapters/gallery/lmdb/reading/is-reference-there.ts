import type { Uuid } from '../../../../domain/gallery.ts';
import { uuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';

/** Whether a reference is stored and was not removed; one whose stamps are damaged counts as there. */
export function isReferenceThere({ referenceStamps }: Tables, referenceId: Uuid): boolean {
  const key = uuidBytes(referenceId);
  if (!key || !referenceStamps.has(key)) return false;
  return readable(() => referenceStamps.get(key))?.removed === undefined;
}
