import { convFilters, depthwiseFilters, type Filters, scaled } from './filters.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { Features, NetworkWriter, Rows, Vector, Window } from './network.ts';
import { type Weights, weightOf } from './weights.ts';

type Value = Features | Vector | Rows;
type ChannelChange = { readonly factor: ArrayLike<number>; readonly offset: ArrayLike<number> };

/** TensorFlow's own where a normalisation names none. */
const usualEpsilon = 1e-4;

/** Writes the operations of a TensorFlow graph into a network; gives the values that were asked for, by name. */
export function translate(graph: Graph, weights: Weights, net: NetworkWriter): ReadonlyMap<string, Value> {
  return new Translation(graph, weights, net).run();
}

class Translation {
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #net: NetworkWriter;
  readonly #values = new Map<string, Value>();

  constructor(graph: Graph, weights: Weights, net: NetworkWriter) {
    this.#graph = graph;
    this.#weights = weights;
    this.#net = net;
  }

  run(): ReadonlyMap<string, Value> {
    for (const node of this.#graph.nodes) {
      if (!this.#weights.has(node.name) && !this.#values.has(node.name)) {
        this.#set(node, this.#write(node));
      }
    }
    return this.#values;
  }

  #write(node: GraphNode): Value {
    switch (node.op) {
      case 'Placeholder':
        return this.#placeholder(node);
      case 'Conv2D':
      case '_FusedConv2D':
      case 'DepthwiseConv2dNative':
        return this.#convolution(node);
      case 'Relu':
        return this.#rectifier(node);
      case 'Prelu':
        return this.#net.prelu(this.#features(node, 0), this.#slopes(node.input(1)));
      case 'Add':
      case 'AddV2':
        return this.#net.add(this.#features(node, 0), this.#features(node, 1));
      case 'MaxPool':
        return this.#maxPool(node);
      case 'Pad':
        return this.#pad(node);
      case 'Mean':
        return this.#mean(node);
      case 'Reshape':
        return this.#reshape(node);
      case 'Identity':
        return this.#value(node.input(0));
      case '_FusedMatMul':
        return this.#dense(node);
      case 'Sigmoid':
      case 'Softmax':
        return this.#net.activate(this.#vector(node), node.op);
      default:
        throw new Error(`The operation ${node.op} (${node.name}) is not supported`);
    }
  }

  #placeholder(node: GraphNode): Features {
    const [, height, width] = node.shape('shape');
    return this.#net.input(height!, width!);
  }

  #convolution(node: GraphNode): Features {
    const [, stride] = node.numbers('strides');
    const window: Window = { stride: stride!, padding: node.word('padding') === 'SAME' ? 'same' : 'valid' };
    const fused = node.op === '_FusedConv2D' ? node.words('fused_ops') : [];
    const weight = weightOf(this.#weights, node.input(1));
    const bias = fused[0] === 'BiasAdd' ? weightOf(this.#weights, node.input(2)) : undefined;
    const own =
      node.op === 'DepthwiseConv2dNative' ? depthwiseFilters(weight, bias) : convFilters(weight, bias);
    const convolved = () => this.#net.conv(this.#features(node, 0), own, window);
    if (fused[1] === 'Relu') return this.#net.relu(convolved());
    if (fused[1] === 'Prelu') return this.#net.prelu(convolved(), this.#slopes(node.input(3)));
    const { filters, absorbed } = this.#absorb(node, own);
    const features = this.#net.conv(this.#features(node, 0), filters, window);
    for (const other of absorbed) this.#set(other, features);
    return features;
  }

  /** Takes what follows a convolution and only scales and shifts its channels into its own constants. */
  #absorb(node: GraphNode, own: Filters): { filters: Filters; absorbed: GraphNode[] } {
    const absorbed: GraphNode[] = [];
    let filters = own;
    for (;;) {
      const next = this.#graph.soleConsumer((absorbed.at(-1) ?? node).name);
      const change = next ? this.#channelChange(next, filters.outputs) : undefined;
      if (!next || !change) return { filters, absorbed };
      filters = scaled(filters, change.factor, change.offset);
      absorbed.push(next);
    }
  }

  /** By what an operation multiplies each channel, and what it adds then, when it does no more. */
  #channelChange(node: GraphNode, channels: number): ChannelChange | undefined {
    if (/^FusedBatchNorm(V3)?$/.test(node.op)) return this.#normalisation(node);
    if (!['Mul', 'Add', 'AddV2', 'BiasAdd'].includes(node.op)) return undefined;
    const constant = node.inputs
      .map((name) => this.#weights.get(name))
      .find((weight) => weight !== undefined);
    if (constant?.data.length !== channels) return undefined;
    const { data } = constant;
    return node.op === 'Mul'
      ? { factor: data, offset: data.map(() => 0) }
      : { factor: data.map(() => 1), offset: data };
  }

  #normalisation(node: GraphNode): ChannelChange {
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(
      (input) => weightOf(this.#weights, node.input(input)).data,
    );
    const epsilon = node.number('epsilon') ?? usualEpsilon;
    const factor = Float64Array.from(gamma!, (value, i) => value / Math.sqrt(variance![i]! + epsilon));
    return { factor, offset: Float64Array.from(beta!, (value, i) => value - mean![i]! * factor[i]!) };
  }

  /** A rectifier; with the two comparisons that bound it from above and below, one clip. */
  #rectifier(node: GraphNode): Value {
    const value = this.#value(node.input(0));
    if (!('channels' in value)) return this.#net.activate(this.#vector(node), 'Relu');
    const minimum = this.#graph.soleConsumer(node.name);
    const maximum = minimum?.op === 'Minimum' ? this.#graph.soleConsumer(minimum.name) : undefined;
    if (!minimum || maximum?.op !== 'Maximum') return this.#net.relu(value);
    if (this.#scalar(maximum) !== 0) throw new Error(`${maximum.name} does not bound a rectifier by zero`);
    const clipped = this.#net.clip(value, this.#scalar(minimum));
    for (const bound of [minimum, maximum]) this.#set(bound, clipped);
    return clipped;
  }

  #maxPool(node: GraphNode): Features {
    const [, kernel] = node.numbers('ksize');
    const [, stride] = node.numbers('strides');
    const padding = node.word('padding') === 'SAME' ? 'same' : 'valid';
    return this.#net.maxPool(this.#features(node, 0), kernel!, { stride: stride!, padding });
  }

  #pad(node: GraphNode): Features {
    const pads = Array.from(weightOf(this.#weights, node.input(1)).data);
    const behindChannels = pads[7]!;
    if (pads.some((count, index) => count !== 0 && index !== 7)) {
      throw new Error(`${node.name} pads something other than the end of the channels`);
    }
    const from = this.#features(node, 0);
    return this.#net.averageInto(from, from.channels + behindChannels, 1);
  }

  #mean(node: GraphNode): Vector {
    const axes = Array.from(weightOf(this.#weights, node.input(1)).data);
    if (axes.join() !== '1,2')
      throw new Error(`${node.name} averages over the axes ${axes}, not over height and width`);
    return this.#net.globalAverage(this.#features(node, 0));
  }

  /** Three dimensions are the rows of a map, two the numbers of one place. */
  #reshape(node: GraphNode): Rows | Vector {
    const shape = Array.from(weightOf(this.#weights, node.input(1)).data);
    if (shape.length === 2) return this.#vector(node);
    return this.#net.rows(this.#features(node, 0), shape[2]!);
  }

  #dense(node: GraphNode): Vector {
    const weights = Float32Array.from(weightOf(this.#weights, node.input(1)).data);
    const bias = Float32Array.from(weightOf(this.#weights, node.input(2)).data);
    const numbers = this.#net.dense(this.#vector(node), { weights, bias });
    return node.words('fused_ops').includes('Relu') ? this.#net.activate(numbers, 'Relu') : numbers;
  }

  #set(node: GraphNode, value: Value): void {
    this.#values.set(node.name, value);
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (!value) throw new Error(`${name} is used before it was made`);
    return value;
  }

  #features(node: GraphNode, index: number): Features {
    const value = this.#value(node.input(index));
    if (!('channels' in value)) throw new Error(`${node.op} ${node.name} wants a map of features`);
    return value;
  }

  #vector(node: GraphNode): Vector {
    const value = this.#value(node.input(0));
    if ('channels' in value) return this.#net.flatten(value);
    if ('count' in value) throw new Error(`${node.op} ${node.name} wants a vector`);
    return value;
  }

  #slopes(name: string): Float32Array {
    return Float32Array.from(weightOf(this.#weights, name).data);
  }

  #scalar(node: GraphNode): number {
    return weightOf(this.#weights, node.input(1)).data[0]!;
  }
}
