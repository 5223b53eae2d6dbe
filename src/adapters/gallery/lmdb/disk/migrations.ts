import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../domain/errors.ts';
import type { Environment } from './environment.ts';
import { renewFirstCredentials } from './first-credentials.ts';
import { type StoreState, stateKey, type Tables } from './tables.ts';

/** Brings all records from the version before to `to`. Runs inside of one write, which also notes the new version. */
export type Migration = { readonly to: number; readonly run: (tables: Tables) => void };

/** In order; the first version of all needs none. */
export const migrations: readonly Migration[] = [{ to: 2, run: renewFirstCredentials }];

/**
 * Makes a new store or brings an old one up to date, and tells its state. Rejects with `storage-failed` when the store
 * is of a newer version than `known` leads to.
 */
export async function migrate(
  environment: Environment,
  tables: Tables,
  known: readonly Migration[] = migrations,
): Promise<StoreState> {
  const current = known.at(-1)?.to ?? 1;
  const state = tables.meta.get(stateKey);
  if (!state) {
    const fresh = { schema: current, storeId: randomUUID(), lastPerson: 0, lastReference: 0 };
    await environment.write(() => tables.meta.put(stateKey, fresh));
    return fresh;
  }
  if (state.schema > current) {
    throw new AppError(
      'storage-failed',
      `The store has records of version ${state.schema}, this version of Ostiary knows up to ${current}: install the newer one again`,
    );
  }
  for (const { to, run } of known.filter((migration) => migration.to > state.schema)) {
    await environment.write(() => {
      run(tables);
      tables.meta.put(stateKey, { ...tables.meta.get(stateKey)!, schema: to });
    });
  }
  return tables.meta.get(stateKey)!;
}
