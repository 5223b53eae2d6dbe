import type { Weight } from './weights.ts';

/** A convolution's constants in ONNX's order (out, in / group, height, width), and one bias an output channel. */
export type Filters = {
  readonly outputs: number;
  /** Input channels of one group. */
  readonly inputs: number;
  readonly kernel: readonly [height: number, width: number];
  readonly data: Float32Array;
  readonly bias: Float32Array;
  /** Whether each output channel sees only the input channel of its own number. */
  readonly depthwise: boolean;
};

/** The filters of an ordinary convolution, stored as height, width, in, out. */
export function convFilters(weight: Weight, bias?: Weight): Filters {
  const [height, width, inputs, outputs] = fourSizes(weight);
  const data = new Float32Array(weight.data.length);
  let source = 0;
  for (let place = 0; place < height * width; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        data[(output * inputs + input) * height * width + place] = weight.data[source++]!;
      }
    }
  }
  return { outputs, inputs, kernel: [height, width], data, bias: biasOf(bias, outputs), depthwise: false };
}

/** The filters of a depthwise convolution with one output an input, stored as height, width, in, 1. */
export function depthwiseFilters(weight: Weight, bias?: Weight): Filters {
  const [height, width, channels, multiplier] = fourSizes(weight);
  if (multiplier !== 1)
    throw new Error(`Depthwise filters with ${multiplier} outputs an input are not supported`);
  const asOneInput = { shape: [height, width, 1, channels], data: weight.data };
  return { ...convFilters(asOneInput, bias), depthwise: true };
}

/** Filters that give what the convolution gave, times `factor`, plus `offset`, per output channel. */
export function scaled(filters: Filters, factor: ArrayLike<number>, offset: ArrayLike<number>): Filters {
  const perOutput = filters.data.length / filters.outputs;
  const data = filters.data.map((value, index) => value * factor[Math.floor(index / perOutput)]!);
  const bias = filters.bias.map((value, output) => value * factor[output]! + offset[output]!);
  return { ...filters, data, bias };
}

/** The same filters with zero channels put behind, for features that carry more channels than the network defines. */
export function widened(filters: Filters, inputs: number, outputs: number): Filters {
  if (
    filters.depthwise ? outputs === filters.outputs : inputs === filters.inputs && outputs === filters.outputs
  ) {
    return filters;
  }
  const places = filters.kernel[0] * filters.kernel[1];
  const inputsOfGroup = filters.depthwise ? 1 : inputs;
  const data = new Float32Array(outputs * inputsOfGroup * places);
  const row = filters.inputs * places;
  for (let output = 0; output < filters.outputs; output++) {
    data.set(filters.data.subarray(output * row, (output + 1) * row), output * inputsOfGroup * places);
  }
  const bias = new Float32Array(outputs);
  bias.set(filters.bias);
  return { ...filters, outputs, inputs: inputsOfGroup, data, bias };
}

/** Filters that average windows of size × size, channel by channel, into the first of `outputs` channels. */
export function averagingFilters(channels: number, outputs: number, size: number): Filters {
  const places = size * size;
  const data = new Float32Array(outputs * channels * places);
  for (let channel = 0; channel < channels; channel++) {
    const start = (channel * channels + channel) * places;
    data.fill(1 / places, start, start + places);
  }
  const bias = new Float32Array(outputs);
  return { outputs, inputs: channels, kernel: [size, size], data, bias, depthwise: false };
}

function biasOf(bias: Weight | undefined, outputs: number): Float32Array {
  return bias ? Float32Array.from(bias.data) : new Float32Array(outputs);
}

function fourSizes({ shape }: Weight): [number, number, number, number] {
  const [height, width, inputs, outputs] = shape;
  if (shape.length !== 4) throw new Error(`Filters have four dimensions, not [${shape}]`);
  return [height!, width!, inputs!, outputs!];
}
