import type { Catalogue, ModelEntry } from '../catalogue.ts';

export type ModelState = 'installed' | 'missing' | 'damaged';

/** The catalogue and the network files that are on this box. */
export interface ModelStore {
  readonly catalogue: Catalogue;
  /** Rejects with `model-missing` when no folder holds the file, or its SHA-256 is not the catalogue's. */
  read(entry: ModelEntry): Promise<Uint8Array>;
  state(entry: ModelEntry): Promise<ModelState>;
}
