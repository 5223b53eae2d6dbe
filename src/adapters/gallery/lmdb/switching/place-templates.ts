import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from '../disk/environment.ts';
import { numberAt } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import { stateKey, type Tables } from '../disk/tables.ts';
import { codeOf } from '../finder/codes.ts';
import { CodeChanges } from '../writing/codes.ts';

const templatesInAWrite = 64;

/** A template that was replaced: what is searched of its model loses a row. */
export type Replaced = { readonly number: number; readonly modelId: string };

/**
 * Puts some templates of the model that is searched in the place of their references' former ones, inside of a write;
 * templates of other models, and those whose reference is damaged, are removed.
 */
export function placeSome(tables: Tables, modelId: string | undefined, keys: readonly Buffer[]): Replaced[] {
  const codes = new CodeChanges(tables);
  const replaced = keys.flatMap((key): Replaced[] => {
    const next = readable(() => tables.nextTemplates.get(key));
    const row = readable(() => tables.templates.get(key));
    tables.nextTemplates.remove(key);
    if (!row || !next || next.modelId !== modelId) return [];
    const number = numberAt(key);
    const { personId, collectionId } = row;
    tables.templates.put(key, { ...row, template: next });
    codes.put({ number, modelId: next.modelId, personId, collectionId, code: codeOf(next.vector) });
    return row.template.modelId === next.modelId ? [] : [{ number, modelId: row.template.modelId }];
  });
  codes.finish();
  return replaced;
}

/** The keys of those that a write takes; from one write to the next they go. */
export function nextToPlace({ nextTemplates }: Tables): Buffer[] {
  return [...nextTemplates.keys({ limit: templatesInAWrite })];
}

/**
 * Ends a change of the model that was decided, and cut short before all templates stood in their references' rows. To be
 * called before anything is loaded.
 */
export async function completeSwitch(environment: Environment, tables: Tables): Promise<void> {
  const modelId = tables.meta.get(stateKey)?.embedding;
  if (modelId === undefined || !(await isToBePlaced(tables, modelId))) return;
  for (;;) {
    const keys = nextToPlace(tables);
    if (keys.length === 0) return;
    await environment.write(() => placeSome(tables, modelId, keys));
    await nextTurn();
  }
}

/**
 * Whether templates of the model that is searched do not stand in their references' rows yet. Those of another model are
 * those of a change that goes on, or what one that was cut short has left.
 */
export async function isToBePlaced({ nextTemplates }: Tables, modelId: string): Promise<boolean> {
  for (let after: Buffer | undefined; ; ) {
    const keys = [...nextTemplates.keys({ ...(after && { after }), limit: templatesInAWrite })];
    if (keys.some((key) => readable(() => nextTemplates.get(key))?.modelId === modelId)) return true;
    after = keys.at(-1);
    if (keys.length < templatesInAWrite) return false;
    await nextTurn();
  }
}
