import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { convFilters, depthwiseFilters } from '../../../src/adapters/model-store/conversion/filters.ts';
import {
  type Features,
  NetworkWriter,
  type Rows,
  type Vector,
} from '../../../src/adapters/model-store/conversion/network.ts';

/** Runs what is written behind a 4 × 4 picture whose planes count 0 to 15, 16 to 31, 32 to 47. */
async function run(alignChannels: boolean, write: (net: NetworkWriter, input: Features) => Vector | Rows) {
  const net = new NetworkWriter('test', { batch: 1, alignChannels });
  net.output('output', write(net, net.input(4, 4)));
  const session = await ort.InferenceSession.create(net.encode());
  const picture = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 48 }, (_, index) => index),
    [1, 3, 4, 4],
  );
  const { output } = await session.run({ input: picture });
  await session.release();
  return [...(output!.data as Float32Array)];
}

const tellApart = convFilters({ shape: [1, 1, 3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) });
const window = { stride: 1, padding: 'valid' } as const;

describe('NetworkWriter', () => {
  it('averages windows into the first channels and leaves zeros behind them', async () => {
    const rows = await run(false, (net, input) => net.rows(net.averageInto(input, 4, 2), 4));
    expect(rows.slice(0, 4)).toEqual([2.5, 18.5, 34.5, 0]);
    expect(rows).toHaveLength(16);
  });

  it('hands out rows place by place, channel after channel', async () => {
    const rows = await run(false, (net, input) => net.rows(net.conv(input, tellApart, window), 3));
    expect(rows.slice(0, 6)).toEqual([0, 16, 32, 1, 17, 33]);
  });

  it('grows a map with zeros below and to the right', async () => {
    const rows = await run(false, (net, input) => {
      return net.rows(net.growTo(net.maxPool(input, 4, window), { height: 2, width: 2 }), 3);
    });
    expect(rows).toEqual([15, 31, 47, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('pads unevenly as TensorFlow does', async () => {
    const corner = depthwiseFilters({ shape: [3, 3, 3, 1], data: new Float32Array(27).fill(1) });
    const rows = await run(false, (net, input) =>
      net.rows(net.conv(input, corner, { stride: 2, padding: 'same' }), 3),
    );
    // The first plane: 3 × 3 places from the top left, then the right and bottom edges with their zeros.
    expect([rows[0], rows[3], rows[6], rows[9]]).toEqual([45, 39, 66, 50]);
  });

  it('multiplies negative values by the slope of their channel, in whole blocks too', async () => {
    const numbers = Float32Array.from({ length: 3 * 17 }, (_, index) => (index % 2 ? -1 : 1));
    const widen = convFilters({ shape: [1, 1, 3, 17], data: numbers });
    const slopes = Float32Array.from({ length: 17 }, (_, channel) => channel / 10);
    const write = (net: NetworkWriter, input: Features) => {
      const wide = net.prelu(net.conv(input, widen, window), slopes);
      return net.flatten(net.maxPool(wide, 4, window));
    };
    // Each channel is ±(x − (16 + x) + (32 + x)) with x up to 15: 31 at most, −16 at least.
    const expected = Array.from({ length: 17 }, (_, channel) => (channel % 2 ? (-16 * channel) / 10 : 31));
    for (const alignChannels of [false, true]) {
      const numbersOut = await run(alignChannels, write);
      expect(numbersOut).toHaveLength(17);
      for (const [channel, value] of expected.entries()) expect(numbersOut[channel]).toBeCloseTo(value, 5);
    }
  });

  it('refuses slopes that do not fit, and to flatten more than one place', () => {
    const net = new NetworkWriter('test', { batch: 1, alignChannels: false });
    const input = net.input(4, 4);
    expect(() => net.prelu(input, new Float32Array(2))).toThrow('2 slopes');
    expect(() => net.flatten(input)).toThrow('more than one place');
  });

  it('gives the same answer with and without whole blocks of channels', async () => {
    const numbers = Float32Array.from({ length: 3 * 18 }, (_, index) => Math.sin(index));
    const widen = convFilters({ shape: [1, 1, 3, 18], data: numbers });
    const each = depthwiseFilters({
      shape: [3, 3, 18, 1],
      data: Float32Array.from({ length: 162 }, (_, i) => Math.cos(i)),
    });
    const narrow = convFilters({
      shape: [1, 1, 18, 2],
      data: Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)),
    });
    const write = (net: NetworkWriter, input: Features) => {
      const wide = net.relu(net.conv(input, widen, window));
      const sum = net.add(net.conv(wide, each, { stride: 1, padding: 'same' }), wide);
      return net.rows(net.conv(net.clip(sum, 20), narrow, window), 2);
    };
    const [plain, aligned] = [await run(false, write), await run(true, write)];
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(1);
    for (const [index, value] of plain.entries()) expect(aligned[index]).toBeCloseTo(value, 4);
  });

  it('refuses what would hand out channels of zeros', () => {
    const net = new NetworkWriter('test', { batch: 1, alignChannels: true });
    const many = convFilters({ shape: [1, 1, 3, 18], data: new Float32Array(54) });
    const features = net.conv(net.input(4, 4), many, window);
    expect(() => net.rows(features, 18)).toThrow('zeros');
    expect(() => net.globalAverage(features)).toThrow('zeros');
  });

  it('refuses layers that do not fit', () => {
    const net = new NetworkWriter('test', { batch: 'N', alignChannels: false });
    const input = net.input(4, 4);
    expect(() => net.add(input, net.maxPool(input, 2, { stride: 2, padding: 'valid' }))).toThrow(
      'different sizes',
    );
    expect(() =>
      net.conv(input, convFilters({ shape: [1, 1, 2, 1], data: new Float32Array(2) }), window),
    ).toThrow('do not fit');
    expect(() => net.rows(input, 3)).toThrow('batch of one');
  });

  it('writes the same bytes for the same calls', () => {
    const bytes = () => {
      const net = new NetworkWriter('test', { batch: 'N', alignChannels: true });
      net.output(
        'output',
        net.activate(net.globalAverage(net.conv(net.input(4, 4), tellApart, window)), 'Softmax'),
      );
      return net.encode();
    };
    expect(Buffer.compare(bytes(), bytes())).toBe(0);
  });
});
