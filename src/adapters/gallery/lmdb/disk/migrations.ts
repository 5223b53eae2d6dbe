import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../domain/errors.ts';
import { renewFirstCredentials } from './first-credentials.ts';
import { stampFirstRecords } from './first-stamps.ts';
import { type StoreParts, type StoreState, stateKey } from './tables.ts';

/**
 * Brings all records from the version before to `to`. May write in slices; after a stop in between it is run again from
 * the beginning.
 */
export type Migration = { readonly to: number; readonly run: (parts: StoreParts) => Promise<void> };

/** In order; the first version of all needs none. */
export const migrations: readonly Migration[] = [
  { to: 2, run: renewFirstCredentials },
  { to: 3, run: stampFirstRecords },
];

/**
 * Makes a new store or brings an old one up to date, and tells its state. Rejects with `storage-failed` when the store
 * is of a newer version than `known` leads to.
 */
export async function migrate(
  parts: StoreParts,
  known: readonly Migration[] = migrations,
): Promise<StoreState> {
  const { environment, tables } = parts;
  const current = known.at(-1)?.to ?? 1;
  const state = tables.meta.get(stateKey);
  if (!state) {
    const ids = { storeId: randomUUID(), device: randomUUID() };
    const fresh = { schema: current, ...ids, lastPerson: 0, lastReference: 0 };
    await environment.write(() => tables.meta.put(stateKey, fresh));
    return fresh;
  }
  if (state.schema > current) {
    throw new AppError(
      'storage-failed',
      `The store has records of version ${state.schema}, this version of Ostiary knows up to ${current}: install the newer one again`,
    );
  }
  const change = (part: Partial<StoreState>) =>
    environment.write(() => tables.meta.put(stateKey, { ...tables.meta.get(stateKey)!, ...part }));
  let completeTo = state.completeTo ?? state.schema;
  for (const { to, run } of known.filter((migration) => migration.to > completeTo)) {
    // Noted before: an earlier version must not open what is half done.
    await change({ schema: current, completeTo });
    await run(parts);
    completeTo = to;
    await change({ completeTo });
  }
  return tables.meta.get(stateKey)!;
}
