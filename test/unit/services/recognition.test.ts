import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { createRecognition, type Recognition } from '../../../src/services/recognition.ts';
import { face } from '../../fixtures/gallery/faces.ts';

const table: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.1, extrapolated: false },
    { fmr: 1e-3, cosine: 0.5, extrapolated: true },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 0.004, data: 'made up' },
};

/** Runs a model of two dimensions. */
const vision = {
  status: () => ({ models: { embedding: { id: 'model-a', dimensions: 2 }, attributes: [] } }),
} as unknown as Vision;

function open(gallery: Gallery, scoreTable: (modelId: string) => ScoreTable | undefined): Recognition {
  return createRecognition({ gallery, vision, scoreTable });
}

it('takes for a threshold by search those who can be found in the collections that are asked', async () => {
  await using gallery = openMemoryGallery();
  const [door, gate] = [
    await gallery.createCollection('door', ''),
    await gallery.createCollection('gate', ''),
  ];
  for (const key of ['Ann', 'Bob', 'Cid']) await gallery.enrol(door.id, key, face([1, 0]));
  const { personId } = await gallery.enrol(gate.id, 'Dan', face([1, 0]));
  const recognition = open(gallery, () => table);
  const at = (...ids: string[]) => recognition.threshold({ maxFpir: 0.004 }, ids);
  expect(await at(door.id, gate.id)).toMatchObject({
    persons: 4,
    fmr: 1e-3,
    cosine: 0.5,
    extrapolated: true,
  });
  expect(await at(gate.id)).toMatchObject({ persons: 1, fmr: 4e-3, extrapolated: false });
  await gallery.updatePerson(personId, { status: 'suspended' });
  expect(await at(door.id, gate.id)).toMatchObject({ persons: 3 });
  expect(await recognition.threshold({ maxFpir: 0.004 })).toMatchObject({ persons: 1, fmr: 4e-3 });
});

it('knows no threshold of a model that was never measured, and says so', async () => {
  await using gallery = openMemoryGallery();
  const recognition = open(gallery, () => undefined);
  const unmeasured = { code: 'model-unmeasured', details: { model: 'model-a' } };
  await expect(recognition.threshold({ maxFmr: 1e-3 })).rejects.toMatchObject(unmeasured);
  expect(() => recognition.scores()).toThrow(expect.objectContaining(unmeasured));
});

it('tells all pairs of many with many that are alike enough, best first', async () => {
  await using gallery = openMemoryGallery();
  const recognition = open(gallery, () => table);
  const [east, north, northEast] = [
    [2, 0],
    [0, 3],
    [1, 1],
  ] as const;
  const found = recognition.compareAll([east, north], [north, northEast, [-1, 0]], 0.5);
  expect(found).toEqual([
    { source: 1, target: 0, score: 1 },
    { source: 0, target: 1, score: expect.closeTo(Math.SQRT1_2, 6) },
    { source: 1, target: 1, score: expect.closeTo(Math.SQRT1_2, 6) },
  ]);
  expect(recognition.compareAll([], [north], -1)).toEqual([]);
  const long = [[1, 0, 0]];
  expect(() => recognition.compareAll(long, long, 0)).toThrow(
    expect.objectContaining({ code: 'template-mismatch' }),
  );
});

it('takes vectors of the running model alone', async () => {
  await using gallery = openMemoryGallery();
  const recognition = open(gallery, () => table);
  expect(() => recognition.expectModel('model-a')).not.toThrow();
  expect(() => recognition.expectModel('model-b')).toThrow(
    expect.objectContaining({ code: 'template-mismatch', details: { expected: 'model-a' } }),
  );
});
