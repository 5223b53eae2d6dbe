import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { createPeople } from '../../../src/services/people.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

/** Sees one face in every picture. */
const vision = {
  status: () => ({}),
  analyse: async () => ({
    faces: [{ ...pictured([1, 0], 'anybody'), attributes: {} } as unknown as AnalysedFace],
  }),
} as unknown as Vision;

async function openPeople(gallery: Gallery) {
  const { id } = await gallery.createCollection('door', 'Door');
  return { id, people: createPeople({ gallery, vision, pictures: 'none', scoreTable: () => undefined }) };
}

it('of two who are added at once under one key but for case, one is refused', async () => {
  await using gallery = openMemoryGallery();
  const { id, people } = await openPeople(gallery);
  const outcomes = await Promise.allSettled([people.add(id, 'Ann'), people.add(id, 'ann')]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: { key: 'Ann' } },
    { status: 'rejected', reason: { code: 'person-exists' } },
  ]);
});

it('faces enrolled at once under one key but for case become one person', async () => {
  await using gallery = openMemoryGallery();
  const { id, people } = await openPeople(gallery);
  const ask = { collectionId: id, picture: new Uint8Array(), faces: 'detect', reach: [id] } as const;
  const signal = new AbortController().signal;
  const enrol = (key: string) => people.enrol({ ...ask, key }, signal);
  const references = await Promise.all([enrol('Ann'), enrol('ANN'), enrol('ann')]);
  expect(references.map(({ key }) => key)).toEqual(['Ann', 'Ann', 'Ann']);
  expect(await people.list(id)).toMatchObject([{ key: 'Ann', referenceCount: 3 }]);
});

it('a rename and an addition to one key at once do not leave two', async () => {
  await using gallery = openMemoryGallery();
  const { id, people } = await openPeople(gallery);
  await people.add(id, 'Bob');
  const [, added] = await Promise.allSettled([people.rename(id, 'Bob', 'Ann'), people.add(id, 'ann')]);
  expect(added).toMatchObject({ status: 'rejected', reason: { code: 'person-exists' } });
  expect((await people.list(id)).map(({ key }) => key)).toEqual(['Ann']);
});
