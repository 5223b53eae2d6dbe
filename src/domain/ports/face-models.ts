/** A dense float32 tensor, row-major; `dims[0]` is the batch. */
export type Tensor = { readonly data: Float32Array; readonly dims: readonly number[] };

/** What a network is made from: a name for messages, and the bytes of an ONNX file. */
export type NetworkSource = { readonly id: string; readonly onnx: Uint8Array };

/** One loaded network. Not for use by two callers at once. */
export interface Network extends AsyncDisposable {
  readonly id: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the network's single input; the answer holds every output by name. Equal inputs give equal outputs, and the
   * rows of a batch do not influence one another. Rejects with `bad-input` when the shape does not fit.
   */
  run(input: Tensor): Promise<ReadonlyMap<string, Tensor>>;
}

/** Runs neural networks. Loading rejects with `model-missing` when the bytes are no network that can be run here. */
export interface FaceModels {
  load(source: NetworkSource): Promise<Network>;
}
