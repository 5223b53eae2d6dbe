import type { Catalogue, ModelEntry } from '../catalogue.ts';

export type ModelState = 'installed' | 'missing' | 'damaged';

/** The catalogue and the network files that are on this box. */
export interface ModelStore {
  readonly catalogue: Catalogue;
  /**
   * The network as ONNX. Rejects with `model-missing` when no folder holds the file, its SHA-256 is not the catalogue's,
   * or it cannot be turned into ONNX.
   */
  read(entry: ModelEntry): Promise<Uint8Array>;
  state(entry: ModelEntry): Promise<ModelState>;
}
