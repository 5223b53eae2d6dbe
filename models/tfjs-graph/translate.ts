import { convFilters, depthwiseFilters, type Filters, scaled } from '../filters.ts';
import type { Features, NetworkWriter, Rows, Vector, Window } from '../network.ts';
import { type Weight, type Weights, weightOf } from '../weights.ts';
import type { Graph, GraphNode } from './graph.ts';

type Value = Features | Vector | Rows;

/** Writes the operations of a TensorFlow.js graph into a network; gives the values that were asked for, by name. */
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
    if (fused[1] === 'Relu') return this.#net.relu(this.#net.conv(this.#features(node, 0), own, window));
    const { filters, absorbed } = this.#absorb(node, own);
    const features = this.#net.conv(this.#features(node, 0), filters, window);
    for (const other of absorbed) this.#set(other, features);
    return features;
  }

  /** Takes the multiplications and additions of constants that follow a convolution into its own constants. */
  #absorb(node: GraphNode, own: Filters): { filters: Filters; absorbed: GraphNode[] } {
    const absorbed: GraphNode[] = [];
    let filters = own;
    for (;;) {
      const next = this.#graph.soleConsumer((absorbed.at(-1) ?? node).name);
      const constant = next ? this.#constantOperand(next, filters.outputs) : undefined;
      if (!next || !constant) return { filters, absorbed };
      const { data } = constant;
      const [ones, zeros] = [data.map(() => 1), data.map(() => 0)];
      filters = next.op === 'Mul' ? scaled(filters, data, zeros) : scaled(filters, ones, data);
      absorbed.push(next);
    }
  }

  #constantOperand(node: GraphNode, length: number): Weight | undefined {
    if (!['Mul', 'Add', 'AddV2'].includes(node.op)) return undefined;
    const constant = node.inputs
      .map((name) => this.#weights.get(name))
      .find((weight) => weight !== undefined);
    return constant?.data.length === length ? constant : undefined;
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

  #reshape(node: GraphNode): Rows {
    const shape = Array.from(weightOf(this.#weights, node.input(1)).data);
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
    if ('channels' in value || 'count' in value) throw new Error(`${node.op} ${node.name} wants a vector`);
    return value;
  }

  #scalar(node: GraphNode): number {
    return weightOf(this.#weights, node.input(1)).data[0]!;
  }
}
