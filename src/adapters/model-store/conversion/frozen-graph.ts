import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { GraphNode } from './graph.ts';
import type { Weight, Weights } from './weights.ts';

type Tensor = {
  readonly dtype?: number;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: { toString(): string } | number }[] };
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
};
type NodeDef = {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, { readonly tensor?: Tensor | null }>>;
};

/** TensorFlow's number for 32-bit floats. */
const float32 = 1;

/** The operations and the constants of a frozen TensorFlow graph (`GraphDef`); constants of other types are left out. */
export function readFrozenGraph(file: Uint8Array): { nodes: GraphNode[]; weights: Weights } {
  const proto = readFileSync(new URL('graph-def.proto', import.meta.url), 'utf8');
  const root = protobuf.parse(proto).root;
  const nodeType = root.lookupType('tensorflow.NodeDef');
  const graph = root.lookupType('tensorflow.GraphDef').decode(file) as unknown as { node: NodeDef[] };
  const weights = readConstants(graph.node);
  const nodes = graph.node.map((node) => {
    const { name, op, input } = node;
    const isConstant = op === 'Const';
    // As in the JSON of a TensorFlow.js graph, bytes are base64 here.
    const plain = isConstant ? {} : nodeType.toObject(node as never, { bytes: String, longs: Number }).attr;
    return new GraphNode({ name, op, input: [...input], attr: plain ?? {} });
  });
  return { nodes, weights };
}

/** Constants by their names, and by those of the operations that only hand them on. */
function readConstants(nodes: readonly NodeDef[]): Weights {
  const weights = new Map<string, Weight>();
  for (const { name, op, attr } of nodes) {
    const tensor = attr.value?.tensor;
    if (op === 'Const' && tensor?.dtype === float32) weights.set(name, readTensor(name, tensor));
  }
  for (const { name, op, input } of nodes) {
    const constant = weights.get(input[0] ?? '');
    if (op === 'Identity' && constant) weights.set(name, constant);
  }
  return weights;
}

function readTensor(name: string, { tensorShape, tensorContent, floatVal = [] }: Tensor): Weight {
  const shape = (tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const count = shape.reduce((product, size) => product * size, 1);
  const content = tensorContent ?? new Uint8Array();
  const data =
    content.length > 0
      ? new Float32Array(Uint8Array.from(content).buffer)
      : Float32Array.from({ length: count }, (_, index) => floatVal[index] ?? floatVal.at(-1) ?? 0);
  if (data.length !== count) throw new Error(`The constant ${name} has ${data.length} values, not ${count}`);
  return { shape, data };
}
