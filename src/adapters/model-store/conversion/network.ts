import { averagingFilters, type Filters, widened } from './filters.ts';
import { type Dimension, OnnxGraph } from './onnx-graph.ts';
import { noPadding, type Padding, samePadding, windowOutputs } from './padding.ts';

/** A map of features inside the network: batch, channels, height, width. */
export type Features = {
  readonly name: string;
  /** Channels that the network defines. */
  readonly channels: number;
  /** Channels that are there: the defined ones, and zeros behind them. */
  readonly stored: number;
  readonly height: number;
  readonly width: number;
};

/** One vector an input of the batch. */
export type Vector = { readonly name: string; readonly length: number };

/** Rows of a map that was taken apart, place by place. */
export type Rows = { readonly name: string; readonly count: number; readonly length: number };

export type Window = { readonly stride: number; readonly padding: 'same' | 'valid' };

/**
 * ONNX Runtime's fast convolutions work on blocks of 16 channels (8 without AVX-512); a depthwise convolution of any
 * other number of channels falls back to a slow one, with the whole map reordered before and after it.
 */
const channelBlock = 16;

/**
 * Writes a network layer by layer, in the order batch, channels, height, width. With `alignChannels` features inside
 * carry zero channels up to a whole block; they change no result.
 */
export class NetworkWriter {
  readonly #graph: OnnxGraph;
  readonly #batch: Dimension;
  readonly #alignChannels: boolean;

  constructor(name: string, options: { batch: Dimension; alignChannels: boolean }) {
    this.#graph = new OnnxGraph(name);
    this.#batch = options.batch;
    this.#alignChannels = options.alignChannels;
  }

  /** The picture that goes in, as RGB or BGR planes. */
  input(height: number, width: number): Features {
    const name = this.#graph.input('input', [this.#batch, 3, height, width]);
    return { name, channels: 3, stored: 3, height, width };
  }

  conv(from: Features, filters: Filters, { stride, padding }: Window): Features {
    const [kernelHeight, kernelWidth] = filters.kernel;
    if (from.channels !== (filters.depthwise ? filters.outputs : filters.inputs)) {
      throw new Error(`Filters for ${filters.inputs} channels do not fit ${sizes(from)}`);
    }
    const rows = paddingOf(padding, from.height, { kernel: kernelHeight, stride });
    const columns = paddingOf(padding, from.width, { kernel: kernelWidth, stride });
    const wide = widened(filters, from.stored, this.#channelsToStore(filters, from));
    const name = this.#graph.node(
      'Conv',
      [
        from.name,
        this.#graph.floats([wide.outputs, wide.inputs, kernelHeight, kernelWidth], wide.data),
        this.#graph.floats([wide.outputs], wide.bias),
      ],
      {
        kernel_shape: [kernelHeight, kernelWidth],
        strides: [stride, stride],
        pads: [rows.before, columns.before, rows.after, columns.after],
        group: wide.depthwise ? wide.outputs : 1,
      },
    );
    return {
      name,
      channels: filters.outputs,
      stored: wide.outputs,
      height: windowOutputs(from.height, rows, { kernel: kernelHeight, stride }),
      width: windowOutputs(from.width, columns, { kernel: kernelWidth, stride }),
    };
  }

  relu(from: Features): Features {
    return { ...from, name: this.#graph.node('Relu', [from.name]) };
  }

  /** Everything above `max` becomes `max`, everything below 0 becomes 0. */
  clip(from: Features, max: number): Features {
    const bounds = [this.#scalar(0), this.#scalar(max)];
    return { ...from, name: this.#graph.node('Clip', [from.name, ...bounds]) };
  }

  /** Negative values are multiplied by the slope of their channel. */
  prelu(from: Features, slopes: Float32Array): Features {
    if (slopes.length !== from.channels) throw new Error(`${slopes.length} slopes do not fit ${sizes(from)}`);
    const stored = new Float32Array(from.stored);
    stored.set(slopes);
    const constant = this.#graph.floats([from.stored, 1, 1], stored);
    return { ...from, name: this.#graph.node('PRelu', [from.name, constant]) };
  }

  add(one: Features, other: Features): Features {
    if (one.stored !== other.stored || one.height !== other.height || one.width !== other.width) {
      throw new Error(`Features of different sizes cannot be added: ${sizes(one)} and ${sizes(other)}`);
    }
    return { ...one, name: this.#graph.node('Add', [one.name, other.name]) };
  }

  maxPool(from: Features, kernel: number, { stride, padding }: Window): Features {
    const rows = paddingOf(padding, from.height, { kernel, stride });
    const columns = paddingOf(padding, from.width, { kernel, stride });
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [rows.before, columns.before, rows.after, columns.after],
    };
    return {
      name: this.#graph.node('MaxPool', [from.name], attributes),
      channels: from.channels,
      stored: from.stored,
      height: windowOutputs(from.height, rows, { kernel, stride }),
      width: windowOutputs(from.width, columns, { kernel, stride }),
    };
  }

  /**
   * Averages whole windows of size × size and puts zero channels behind, as one convolution: it stays in the blocked
   * layout and takes a following addition into itself, which pooling and padding do not.
   */
  averageInto(from: Features, channels: number, size: number): Features {
    return this.conv(from, averagingFilters(from.channels, channels, size), {
      stride: size,
      padding: 'valid',
    });
  }

  /** Puts zero rows below and zero columns to the right. */
  growTo(from: Features, { height, width }: { height: number; width: number }): Features {
    if (from.height === height && from.width === width) return from;
    const pads = this.#graph.integers([0, 0, 0, 0, 0, 0, height - from.height, width - from.width]);
    return { ...from, height, width, name: this.#graph.node('Pad', [from.name, pads]) };
  }

  globalAverage(from: Features): Vector {
    refuseZeroChannels(from);
    const pooled = this.#graph.node('GlobalAveragePool', [from.name]);
    return { name: this.#graph.node('Flatten', [pooled], { axis: 1 }), length: from.channels };
  }

  /** The channels of a map that is one place large. */
  flatten(from: Features): Vector {
    if (from.height !== 1 || from.width !== 1) throw new Error(`${sizes(from)} is more than one place`);
    const flat = this.#graph.node('Flatten', [from.name], { axis: 1 });
    if (from.stored === from.channels) return { name: flat, length: from.channels };
    const [starts, ends, axes] = [0, from.channels, 1].map((value) => this.#graph.integers([value]));
    return { name: this.#graph.node('Slice', [flat, starts!, ends!, axes!]), length: from.channels };
  }

  /** vector · weights + bias; the weights lie row by row, one row an input. */
  dense(from: Vector, { weights, bias }: { weights: Float32Array; bias: Float32Array }): Vector {
    const constants = [
      this.#graph.floats([from.length, bias.length], weights),
      this.#graph.floats([bias.length], bias),
    ];
    return { name: this.#graph.node('Gemm', [from.name, ...constants]), length: bias.length };
  }

  /** An operation on each value, or on all values of a row together, that keeps the vector's length. */
  activate(from: Vector, op: 'Relu' | 'Sigmoid' | 'Softmax'): Vector {
    return { ...from, name: this.#graph.node(op, [from.name], op === 'Softmax' ? { axis: 1 } : {}) };
  }

  /** The map as rows of `length` values, place by place and channel after channel. */
  rows(from: Features, length: number): Rows {
    if (this.#batch !== 1) throw new Error('A map becomes rows for a batch of one only');
    refuseZeroChannels(from);
    const count = (from.channels * from.height * from.width) / length;
    const channelsLast = this.#graph.node('Transpose', [from.name], { perm: [0, 2, 3, 1] });
    const shape = this.#graph.integers([1, count, length]);
    return { name: this.#graph.node('Reshape', [channelsLast, shape]), count, length };
  }

  output(name: string, value: Vector | Rows): void {
    const dims = 'count' in value ? [value.count, value.length] : [value.length];
    this.#graph.output(value.name, name, [this.#batch, ...dims]);
  }

  encode(): Uint8Array {
    return this.#graph.encode();
  }

  #channelsToStore({ depthwise, outputs }: Filters, from: Features): number {
    if (depthwise) return from.stored;
    // Less than a block comes only out of a network's last layers.
    if (!this.#alignChannels || outputs < channelBlock) return outputs;
    return Math.ceil(outputs / channelBlock) * channelBlock;
  }

  #scalar(value: number): string {
    return this.#graph.floats([], new Float32Array([value]));
  }
}

function paddingOf(
  kind: Window['padding'],
  size: number,
  window: { kernel: number; stride: number },
): Padding {
  return kind === 'same' ? samePadding(size, window.kernel, window.stride) : noPadding;
}

function refuseZeroChannels(features: Features): void {
  if (features.stored !== features.channels) throw new Error(`${features.name} carries channels of zeros`);
}

function sizes({ channels, height, width }: Features): string {
  return `${channels} × ${height} × ${width}`;
}
