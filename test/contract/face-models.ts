import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { FaceModels, Network, Tensor } from '../../src/domain/ports/face-models.ts';
import { tinyConvolution } from '../fixtures/tiny-onnx.ts';

const dims = (batch: number): number[] => [batch, 3, 4, 4];
const values = (batch: number, seed: number): Float32Array =>
  Float32Array.from({ length: batch * 48 }, (_, i) => Math.sin(seed + i * 1.7));

/** What every adapter of the port promises, shown on a network of one convolution made here. */
export function faceModelsContract(name: string, open: () => FaceModels): void {
  const load = async (): Promise<Network> => open().load({ id: 'tiny', onnx: tinyConvolution() });
  const run = async (network: Network, input: Tensor): Promise<Float32Array> =>
    (await network.run(input)).get('y')!.data;

  describe(name, () => {
    it('names the network, its input and its output', async () => {
      await using network = await load();
      expect([network.id, network.inputNames, network.outputNames]).toEqual(['tiny', ['x'], ['y']]);
    });

    it('answers with the values that the network defines', async () => {
      await using network = await load();
      const answer = (await network.run({ data: values(2, 1), dims: dims(2) })).get('y')!;
      expect(answer.dims).toEqual([2, 2, 4, 4]);
      const input = values(2, 1);
      const expected = Float32Array.from({ length: 64 }, (_, i) => {
        const [picture, filter, pixel] = [Math.floor(i / 32), Math.floor(i / 16) % 2, i % 16];
        const channel = (c: number): number => input[picture * 48 + c * 16 + pixel]!;
        return filter === 0 ? channel(0) + 2 * channel(1) + 3 * channel(2) : channel(0) - channel(2);
      });
      expect(Math.max(...answer.data.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
    });

    it('gives equal outputs for equal inputs, bit for bit', async () => {
      await using network = await load();
      const input = { data: values(3, 2), dims: dims(3) };
      const first = await run(network, input);
      await run(network, { data: values(1, 9), dims: dims(1) });
      expect(await run(network, input)).toEqual(first);
    });

    it('gives a row the same output whatever else is in the batch', async () => {
      await using network = await load();
      const row = values(1, 5);
      const alone = await run(network, { data: row, dims: dims(1) });
      const data = values(4, 7);
      data.set(row, 2 * 48);
      const together = await run(network, { data, dims: dims(4) });
      expect(together.slice(2 * 32, 3 * 32)).toEqual(alone);
    });

    it.each([
      ['of another rank', { data: values(1, 1), dims: [1, 48] }],
      ['with another number of channels', { data: new Float32Array(64), dims: [1, 4, 4, 4] }],
      ['whose values do not fill its shape', { data: values(1, 1), dims: dims(2) }],
    ])('refuses a tensor %s as bad input and runs on', async (_, input) => {
      await using network = await load();
      await expect(network.run(input)).rejects.toSatisfy(hasCode('bad-input'));
      expect(await run(network, { data: values(1, 1), dims: dims(1) })).toHaveLength(32);
    });

    it.each([
      ['nothing', new Uint8Array()],
      ['no ONNX file', new TextEncoder().encode('this is no network')],
    ])('says that the model is missing when the bytes are %s', async (_, onnx) => {
      await expect(open().load({ id: 'broken', onnx })).rejects.toSatisfy(hasCode('model-missing'));
    });

    it('says that the model is missing when the file is cut short', async () => {
      const whole = tinyConvolution();
      const onnx = whole.subarray(0, whole.length - 20);
      await expect(open().load({ id: 'cut', onnx })).rejects.toSatisfy(hasCode('model-missing'));
    });
  });
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code;
}
