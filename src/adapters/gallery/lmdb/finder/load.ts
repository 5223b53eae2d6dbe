import { AppError } from '../../../../domain/errors.ts';
import { packKey } from '../disk/code-packs.ts';
import type { Environment } from '../disk/environment.ts';
import { Loading, type LoadingParts } from './loading.ts';
import { reconcile } from './reconcile.ts';
import { remakePack } from './remake-pack.ts';

/** A write makes so many packs anew. */
const packsAtOnce = 8;

export type LoadParts = LoadingParts & { readonly environment: Environment };

/**
 * Begins to load the finder: resolves when requests may come, with a function that loads it and resolves when all is
 * there. That one rejects when the signal ends it.
 */
export async function beginLoad(parts: LoadParts): Promise<() => Promise<void>> {
  const loading = new Loading(parts);
  await loading.begin();
  return async () => {
    try {
      await loading.loadRows();
      const wrong = await reconcile(parts);
      loading.endRows();
      await loading.loadPersons();
      await rewritePacks(parts, [...loading.damaged, ...wrong]);
    } catch (error) {
      parts.readiness.fail(error);
      throw error;
    } finally {
      await parts.packs?.close();
    }
  };
}

/** Where that fails the next start makes them anew. */
async function rewritePacks({ environment, tables }: LoadParts, packs: readonly number[]): Promise<void> {
  for (let done = 0; done < packs.length; done += packsAtOnce) {
    const some = packs.slice(done, done + packsAtOnce);
    await environment
      .write(() => {
        for (const pack of some) {
          const rows = remakePack(tables, pack);
          if (rows.length > 0) tables.codes.put(packKey(pack), rows);
          else tables.codes.remove(packKey(pack));
        }
      })
      .catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
  }
}
