import { describe, expect, it } from 'vitest';
import { openOnnxRuntime } from '../../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { type ModelEntry, modelEntrySchema } from '../../../src/domain/catalogue.ts';
import { type CroppedFace, cropSide } from '../../../src/pipeline/align.ts';
import { openCropNetwork } from '../../../src/pipeline/crop-network.ts';
import { tinyConvolution } from '../../fixtures/tiny-onnx.ts';

const entry: ModelEntry = modelEntrySchema.parse({
  id: 'tiny',
  role: 'embedding',
  title: 'Tiny',
  file: 'tiny.onnx',
  sha256: '0'.repeat(64),
  licence: 'none',
  home: 'https://example.org',
  trainingData: 'none',
  source: { kind: 'fetched', url: 'https://example.org/tiny.onnx', bytes: 1 },
  decoder: 'embedding',
  input: { width: 4, height: 4, colour: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] },
  alignment: { kind: 'box', factor: 1 },
});

function faceOfNoise(seed: number): CroppedFace {
  const data = Uint8Array.from({ length: cropSide * cropSide * 3 }, (_, i) => (i * (seed + 7) * 31) >> 3);
  const landmarks: CroppedFace['landmarks'] = [
    [130, 140],
    [190, 140],
    [160, 170],
    [140, 200],
    [180, 200],
  ];
  return { pixels: { width: cropSide, height: cropSide, data }, landmarks };
}

describe('a network that is fed with faces', () => {
  it.each(['plain', 'mirror'] as const)(
    'gives the same rows when it takes one at a time (%s)',
    async (mirror) => {
      const models = openOnnxRuntime({ threads: 1 });
      const open = async (batch: 'N' | 1) =>
        openCropNetwork(entry, await models.load({ id: 'tiny', onnx: tinyConvolution(batch) }), mirror);
      await using free = await open('N');
      await using single = await open(1);
      // More than one batch, the last one of a single face.
      const faces = Array.from({ length: 17 }, (_, seed) => faceOfNoise(seed));
      const expected = (await free.run(faces)).get('y')!;
      expect(expected).toHaveLength(mirror === 'mirror' ? 34 : 17);
      for (let round = 0; round < 2; round++) expect((await single.run(faces)).get('y')).toEqual(expected);
      expect((await single.run(faces.slice(0, 1))).get('y')).toEqual(
        expected.slice(0, mirror === 'mirror' ? 2 : 1),
      );
    },
  );

  it('refuses what fits the network in no way', async () => {
    const network = await openOnnxRuntime({ threads: 1 }).load({ id: 'tiny', onnx: tinyConvolution(1) });
    const input = { ...entry.input, width: 5, height: 5 };
    await using crops = openCropNetwork({ ...entry, input }, network, 'mirror');
    await expect(crops.run([faceOfNoise(1)])).rejects.toMatchObject({ code: 'bad-input' });
  });
});
