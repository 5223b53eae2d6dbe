import type { ModelEntry } from '../domain/catalogue.ts';
import type { ModelState, ModelStore } from '../domain/ports/model-store.ts';

/** A network of the catalogue, whether its file is on this box, and which profiles use it. */
export type ListedModel = {
  readonly entry: ModelEntry;
  readonly state: ModelState;
  readonly profiles: readonly string[];
};

/** All networks in the order of the catalogue, each file checked against its SHA-256. */
export async function listModels(store: ModelStore): Promise<ListedModel[]> {
  const { models, profiles } = store.catalogue;
  return await Promise.all(
    models.map(async (entry) => ({
      entry,
      state: await store.state(entry),
      profiles: Object.keys(profiles).filter((name) =>
        Object.values(profiles[name] ?? {}).includes(entry.id),
      ),
    })),
  );
}
