import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertModels } from '../../models/convert-models.ts';
import { catalogueSchema, type ModelEntry } from '../../src/domain/catalogue.ts';
import { type FaceOnPhotograph, findFacesOnPhotographs } from '../fixtures/models/face-crops.ts';
import { type Crop, type Originals, openOriginals } from '../fixtures/models/original-networks.ts';

const catalogueFile = fileURLToPath(new URL('../../models/catalogue.json', import.meta.url));
const { models } = catalogueSchema.parse(JSON.parse(await readFile(catalogueFile, 'utf8')));
const converted = models.filter((entry) => entry.source.kind === 'converted');

/** A detector looks at one picture at a time. */
const cases = converted.flatMap((entry) =>
  (entry.role === 'detector' ? [1] : [1, 4]).map((batch) => ({ id: entry.id, batch, entry })),
);

describe('a converted network', () => {
  let folder: string;
  let originals: Originals;
  let faces: FaceOnPhotograph[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ostiary-models-'));
    await convertModels({ catalogueFile, folder, digests: 'check', log: () => {} });
    originals = await openOriginals();
    faces = await findFacesOnPhotographs(originals);
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is compared on at least twenty real faces', () => {
    expect(faces.length).toBeGreaterThanOrEqual(20);
  });

  it.each(cases)(
    '$id answers as its original does, $batch at a time',
    async ({ entry, batch }) => {
      const original = originals.networks.get(entry.id)!;
      const session = await ort.InferenceSession.create(path.join(folder, entry.file), {
        intraOpNumThreads: 1,
      });
      const crops = await Promise.all(faces.map((face) => face.cropTo(entry.input.width)));
      const deviations = new Map<string, number>();
      for (let start = 0; start + batch <= crops.length; start += batch) {
        const some = crops.slice(start, start + batch);
        const ours = await session.run({ input: toInput(entry, some) });
        for (const [name, expected] of original(some)) {
          const deviation = relativeDeviation(ours[name]!.data as Float32Array, expected);
          deviations.set(name, Math.max(deviation, deviations.get(name) ?? 0));
        }
      }
      await session.release();
      expect([...deviations.keys()].sort()).toEqual([...session.outputNames].sort());
      for (const [name, deviation] of deviations) expect(deviation, name).toBeLessThanOrEqual(1e-4);
    },
    120_000,
  );
});

/** Planes in the order, and with the mean and scale, that the catalogue gives. */
function toInput({ input }: ModelEntry, crops: readonly Crop[]): ort.Tensor {
  const pixels = input.width * input.height;
  const channels = input.colour === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  const data = new Float32Array(crops.length * 3 * pixels);
  crops.forEach((crop, index) => {
    channels.forEach((channel, plane) => {
      const start = (index * 3 + plane) * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        data[start + pixel] = (crop[pixel * 3 + channel]! - input.mean[plane]!) * input.scale[plane]!;
      }
    });
  });
  return new ort.Tensor('float32', data, [crops.length, 3, input.height, input.width]);
}

/** The largest difference, relative to the largest absolute value that was expected. */
function relativeDeviation(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, index) => Math.max(most, Math.abs(value - actual[index]!)), 0) / largest
  );
}
