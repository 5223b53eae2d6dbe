import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { createPeople } from '../../../src/services/people.ts';
import { face, pictured } from '../../fixtures/gallery/faces.ts';

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

const never = new AbortController().signal;

it.each(['refuse', 'merge'] as const)(
  'a rename that would %s makes nobody one with whom it has not seen',
  async (ifTaken) => {
    await using gallery = openMemoryGallery();
    const { id: other } = await gallery.createCollection('other', 'Other');
    const sam = await gallery.enrol(other, 'Sam', face([0, 1]));
    // As an import does it, which takes no turns.
    const meanwhile = withOwn<Gallery>(gallery, {
      async renameMembership(collectionId, ...wish) {
        await gallery.placePerson(collectionId, sam.personId, 'Sam');
        return gallery.renameMembership(collectionId, ...wish);
      },
    });
    const { id, people } = await openPeople(meanwhile);
    const carol = await gallery.enrol(id, 'Carol', face([1, 0]));
    await expect(people.rename(id, 'Carol', 'Sam', { ifTaken })).rejects.toMatchObject({
      code: 'person-exists',
    });
    expect(await people.list(id)).toMatchObject([
      { key: 'Carol', personId: carol.personId, referenceCount: 1 },
      { key: 'Sam', personId: sam.personId, referenceCount: 0 },
    ]);
  },
);

it('a rename waits for a face that is enrolled under its key for somebody of another collection', async () => {
  await using gallery = openMemoryGallery();
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = withOwn<Gallery>(gallery, {
    async enrolAll(...wish) {
      reached.resolve();
      await released.promise;
      return gallery.enrolAll(...wish);
    },
  });
  const { id, people } = await openPeople(slow);
  const { id: other } = await gallery.createCollection('other', 'Other');
  const { personId } = await gallery.addPerson(other, 'Sam');
  const dora = await people.add(id, 'Dora');
  const ask = { picture: new Uint8Array(), faces: 'detect', attributes: [], maxFaces: 1 } as const;
  const { faces } = await people.readFaces(ask, never);
  const wish = {
    collectionId: id,
    reach: 'all',
    faces: [{ face: faces[0]!, key: 'Sam', personId }],
  } as const;
  const enrolling = people.enrolFaces(wish, never);
  await reached.promise;
  const renaming = people.rename(id, 'Dora', 'sam', { ifTaken: 'refuse' });
  for (let turn = 0; turn < 20; turn++) await null;
  released.resolve();
  const [enrolled, renamed] = await Promise.allSettled([enrolling, renaming]);
  expect(enrolled).toMatchObject({ value: [{ key: 'Sam', personId }] });
  expect(renamed).toMatchObject({ reason: { code: 'person-exists' } });
  expect((await people.list(id)).map((member) => member.personId)).toEqual([dora.personId, personId]);
});

it('a rename of somebody, and into somebody, leaves others who have these keys by then', async () => {
  await using gallery = openMemoryGallery();
  const { id, people } = await openPeople(gallery);
  const [ann, bob] = [await people.add(id, 'Ann'), await people.add(id, 'Bob')];
  const unknown = { code: 'person-unknown' };
  await expect(people.rename(id, 'Ann', 'Cid', { personId: bob.personId })).rejects.toMatchObject(unknown);
  const heir = { ifTaken: { heirId: ann.personId } };
  await expect(people.rename(id, 'Ann', 'Bob', heir)).rejects.toMatchObject(unknown);
  await expect(people.rename(id, 'Ann', 'Cid', { ifTaken: { heirId: bob.personId } })).rejects.toMatchObject(
    unknown,
  );
  await expect(people.removeExactly(id, 'Ann', bob.personId)).rejects.toMatchObject(unknown);
  expect(await people.list(id)).toEqual([ann, bob]);
  expect(await people.rename(id, 'Ann', 'bob', { ifTaken: { heirId: bob.personId } })).toBe('merged');
  expect(await people.list(id)).toEqual([bob]);
});
