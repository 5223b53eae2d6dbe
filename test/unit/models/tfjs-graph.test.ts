import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { writeGraphNetwork } from '../../../models/tfjs-graph/networks.ts';

type Node = { name: string; op: string; input?: string[]; attr?: Record<string, unknown> };
type Constant = { name: string; shape: number[]; values: number[] };

const oneByOne = { strides: { list: { i: ['1', '1', '1', '1'] } }, padding: { s: base64('VALID') } };
const picture: Node = {
  name: 'picture',
  op: 'Placeholder',
  attr: { shape: { shape: { dim: [1, 1, 2, 3].map((size) => ({ size: String(size) })) } } },
};
const filter: Constant = { name: 'filter', shape: [1, 1, 3, 1], values: [1, 10, 100] };

/** Runs the graph on two pixels, (1, 2, 3) and (−1, −2, −3), and gives the rows of its output `out`. */
async function run(nodes: Node[], constants: Constant[]): Promise<number[]> {
  const session = await ort.InferenceSession.create(convert(nodes, constants));
  const input = new ort.Tensor('float32', Float32Array.of(1, -1, 2, -2, 3, -3), [1, 3, 1, 2]);
  const { output } = await session.run({ input });
  await session.release();
  return [...(output!.data as Float32Array)];
}

function convert(nodes: Node[], constants: Constant[]): Uint8Array {
  const all = [...constants, { name: 'shape', shape: [3], values: [1, 2, 1] }];
  const json = JSON.stringify({
    modelTopology: {
      node: [
        { name: 'out', op: 'Reshape', input: [nodes.at(-1)!.name, 'shape'] },
        ...all.map(({ name }) => ({ name, op: 'Const' })),
        ...nodes,
      ],
    },
    weightsManifest: [
      {
        paths: ['net.bin'],
        weights: all.map(({ name, shape }) => ({
          name,
          shape,
          dtype: name === 'shape' ? 'int32' : 'float32',
        })),
      },
    ],
  });
  const bytes = all.map(({ name, values }) =>
    name === 'shape' ? Int32Array.from(values) : Float32Array.from(values),
  );
  const network = { name: 'test', batch: 1, outputs: { out: 'output' } } as const;
  return writeGraphNetwork(network, json, Buffer.concat(bytes.map(({ buffer }) => Buffer.from(buffer))));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const conv: Node = { name: 'conv', op: 'Conv2D', input: ['picture', 'filter'], attr: oneByOne };
const constant = (name: string, value: number): Constant => ({ name, shape: [1], values: [value] });
const node = (name: string, op: string, input: string[]): Node => ({ name, op, input });

describe('a TensorFlow.js graph', () => {
  it('is read in whatever order its file has', async () => {
    expect(await run([conv, picture, node('relu', 'Relu', ['conv'])], [filter])).toEqual([321, 0]);
  });

  it('keeps the order of the constants that follow a convolution', async () => {
    const nodes = [picture, conv, node('mul', 'Mul', ['conv', 'two']), node('add', 'AddV2', ['five', 'mul'])];
    expect(await run(nodes, [filter, constant('two', 2), constant('five', 5)])).toEqual([647, -637]);
    const other = [picture, conv, node('add', 'Add', ['conv', 'five']), node('mul', 'Mul', ['add', 'two'])];
    expect(await run(other, [filter, constant('two', 2), constant('five', 5)])).toEqual([652, -632]);
  });

  it('does not change a convolution that somebody else reads as well', async () => {
    const nodes = [picture, conv, node('relu', 'Relu', ['conv']), node('sum', 'AddV2', ['conv', 'relu'])];
    expect(await run(nodes, [filter])).toEqual([642, -321]);
  });

  it('takes the bias and the rectifier that its file has fused', async () => {
    const attr = { ...oneByOne, fused_ops: { list: { s: [base64('BiasAdd'), base64('Relu')] } } };
    const fused = { name: 'conv', op: '_FusedConv2D', input: ['picture', 'filter', 'five'], attr };
    expect(await run([picture, fused], [filter, constant('five', 5)])).toEqual([326, 0]);
  });

  it('knows rectifiers with slopes, by themselves and fused', async () => {
    const slope: Constant = { name: 'slope', shape: [1, 1, 1], values: [0.5] };
    const nodes = [picture, conv, node('prelu', 'Prelu', ['conv', 'slope'])];
    expect(await run(nodes, [filter, slope])).toEqual([321, -160.5]);
    const attr = { ...oneByOne, fused_ops: { list: { s: [base64('BiasAdd'), base64('Prelu')] } } };
    const fused = { name: 'conv', op: '_FusedConv2D', input: ['picture', 'filter', 'five', 'slope'], attr };
    expect(await run([picture, fused], [filter, constant('five', 5), slope])).toEqual([326, -158]);
  });

  it('is read no further than its outputs need', async () => {
    const unknown = node('tanh', 'Tanh', ['conv']);
    expect(await run([unknown, picture, conv, node('relu', 'Relu', ['conv'])], [filter])).toEqual([321, 0]);
  });

  it('turns a rectifier with bounds into a clip', async () => {
    const nodes = [
      picture,
      conv,
      node('relu', 'Relu', ['conv']),
      node('min', 'Minimum', ['relu', 'six']),
      node('max', 'Maximum', ['min', 'zero']),
    ];
    expect(await run(nodes, [filter, constant('six', 6), constant('zero', 0)])).toEqual([6, 0]);
    expect(() => convert(nodes, [filter, constant('six', 6), constant('zero', 1)])).toThrow('by zero');
  });

  it('is refused with the name of what is not understood', () => {
    expect(() => convert([picture, conv, node('tanh', 'Tanh', ['conv'])], [filter])).toThrow(
      'Tanh (tanh) is not',
    );
    expect(() => convert([picture, conv, node('relu', 'Relu', ['gone'])], [filter])).toThrow('reads gone');
  });
});
