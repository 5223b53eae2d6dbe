import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../../../src/adapters/model-store/conversion/to-onnx.ts';
import { type ModelEntry, modelEntrySchema } from '../../../src/domain/catalogue.ts';

const proto = new URL('../../../src/adapters/model-store/conversion/graph-def.proto', import.meta.url);
const graphDef = protobuf.parse(readFileSync(proto, 'utf8')).root.lookupType('tensorflow.GraphDef');

type Node = { name: string; op: string; input?: string[]; attr?: Record<string, unknown> };

const shapeOf = (sizes: number[]) => ({ dim: sizes.map((size) => ({ size })) });
const constant = (name: string, sizes: number[], values: number[]): Node => ({
  name,
  op: 'Const',
  attr: {
    value: {
      tensor: {
        dtype: 1,
        tensorShape: shapeOf(sizes),
        tensorContent: new Uint8Array(Float32Array.from(values).buffer),
      },
    },
  },
});
const picture: Node = {
  name: 'picture',
  op: 'Placeholder',
  attr: { shape: { shape: shapeOf([-1, 1, 2, 3]) } },
};
const conv: Node = {
  name: 'conv',
  op: 'Conv2D',
  input: ['picture', 'filter/read'],
  attr: { strides: { list: { i: [1, 1, 1, 1] } }, padding: { s: Buffer.from('SAME') } },
};
/** Two outputs a pixel: 1, 10 and 100 times red, green and blue, and blue alone. */
const filter = [
  constant('filter', [1, 1, 3, 2], [1, 0, 10, 0, 100, 1]),
  { name: 'filter/read', op: 'Identity', input: ['filter'] },
];

function entryWith(node: string): ModelEntry {
  return modelEntrySchema.parse({
    ...{ id: 'frozen', role: 'mask', title: 'Frozen', file: 'frozen.pb', sha256: '0'.repeat(64) },
    ...{ licence: 'none', home: 'https://example.org', trainingData: 'none', decoder: 'none' },
    source: {
      ...{ kind: 'fetched', url: 'https://example.org/frozen.pb', bytes: 1 },
      frozenGraph: { outputs: { y: { node, row: 2 } } },
    },
    input: { width: 2, height: 1, colour: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] },
  });
}

/** Runs the graph on two pixels, (1, 2, 3) and (−1, −2, −3), and gives the rows of that node. */
async function run(nodes: Node[], output: string): Promise<number[]> {
  const file = graphDef.encode(graphDef.fromObject({ node: nodes })).finish();
  const session = await ort.InferenceSession.create(toOnnx(entryWith(output), file));
  const input = new ort.Tensor('float32', Float32Array.of(1, -1, 2, -2, 3, -3), [1, 3, 1, 2]);
  const { y } = await session.run({ input });
  await session.release();
  return [...(y!.data as Float32Array)].map((value) => Math.round(value * 1000) / 1000);
}

describe('a frozen TensorFlow graph', () => {
  it('becomes ONNX, with its normalisations and biases taken into the convolutions', async () => {
    const norm: Node = {
      name: 'norm',
      op: 'FusedBatchNorm',
      input: ['conv', 'gamma', 'beta', 'mean', 'variance'],
      attr: { epsilon: { f: 0.5 } },
    };
    const constants = [
      constant('gamma', [2], [4, 1]),
      constant('beta', [2], [1, 0]),
      constant('mean', [2], [1, 0]),
      constant('variance', [2], [3.5, 0.5]),
      constant('bias', [2], [-1, 10]),
    ];
    const bias: Node = { name: 'biased', op: 'BiasAdd', input: ['norm', 'bias'] };
    const nodes = [...filter, ...constants, picture, conv, norm, bias];
    // (x − 1) · 4 / 2 + 1 − 1, and x + 10.
    expect(await run(nodes, 'biased')).toEqual([640, 13, -644, 7]);
    expect(await run([...nodes, { name: 'relu', op: 'Relu', input: ['biased'] }], 'relu')).toEqual([
      640, 13, 0, 7,
    ]);
  });

  it('takes a constant of one value for all of its places', async () => {
    const ones = constant('bias', [2], []);
    const filled = { value: { tensor: { dtype: 1, tensorShape: shapeOf([2]), floatVal: [5] } } };
    const bias: Node = { name: 'biased', op: 'BiasAdd', input: ['conv', 'bias'] };
    expect(await run([...filter, { ...ones, attr: filled }, picture, conv, bias], 'biased')).toEqual([
      326, 8, -316, 2,
    ]);
  });

  it('is model-missing when it is no graph, or lacks what the catalogue names', async () => {
    const missing = expect.objectContaining({ code: 'model-missing' });
    expect(() => toOnnx(entryWith('conv'), Uint8Array.of(1, 2, 3))).toThrow(missing);
    const file = graphDef.encode(graphDef.fromObject({ node: [...filter, picture, conv] })).finish();
    expect(() => toOnnx(entryWith('gone'), file)).toThrow(missing);
  });

  it('leaves every other file as it is', () => {
    const { source, ...entry } = entryWith('conv');
    const file = Uint8Array.of(1, 2, 3);
    const { frozenGraph: _, ...plain } = source as Extract<ModelEntry['source'], { kind: 'fetched' }>;
    expect(toOnnx({ ...entry, source: plain }, file)).toBe(file);
  });
});
