import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { type EnrolmentPolicy, openEnrolment } from '../../../src/domain/enrolment.ts';
import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import type { EnrolAsk, FaceWish } from '../../../src/services/enrol.ts';
import { createPeople, type People } from '../../../src/services/people.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

/** Strangers at 1e-3 have a cosine of .5. */
const table: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.1, extrapolated: false },
    { fmr: 1e-3, cosine: 0.5, extrapolated: true },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 0.004, data: 'made up' },
};

/** A picture that this vision sees: the direction of its face, and its quality. */
const picture = (direction: readonly number[], overall = 0.8) =>
  Buffer.from(JSON.stringify({ direction, overall }));

const vision = {
  status: () => ({}),
  analyse: async ({ picture: bytes }: { picture: Uint8Array }) => {
    const { direction, overall } = JSON.parse(Buffer.from(bytes).toString());
    const face = pictured(direction, 'anybody');
    return { faces: [{ ...face, quality: { ...face.quality, overall }, attributes: {} } as AnalysedFace] };
  },
} as unknown as Vision;

type Door = AsyncDisposable & {
  readonly gallery: Gallery;
  readonly people: People;
  readonly main: Uuid;
  readonly side: Uuid;
  enrol(key: string, bytes: Uint8Array, more?: Partial<EnrolAsk>): ReturnType<People['enrol']>;
};

async function openDoor(
  policy: Partial<EnrolmentPolicy>,
  scoreTable = (): ScoreTable | undefined => table,
): Promise<Door> {
  const gallery = openMemoryGallery();
  const { id: main } = await gallery.createCollection('main', 'Main');
  const { id: side } = await gallery.createCollection('side', 'Side');
  const enrolment = { ...openEnrolment, duplicateFmr: 1e-3, ...policy };
  const people = createPeople({ gallery, vision, pictures: 'none', enrolment, scoreTable });
  return {
    ...{ gallery, people, main, side },
    enrol: (key, bytes, more = {}) => {
      const ask = {
        collectionId: main,
        key,
        picture: bytes,
        faces: 'detect',
        reach: 'all',
        ...more,
      } as const;
      return people.enrol(ask, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => gallery[Symbol.asyncDispose](),
  };
}

const alike = [picture([1, 0.01, 0]), picture([1, 0, 0.01])] as const;
const duplicate = { code: 'face-duplicate' };

it('refuses a face that is enrolled under another key, and says how rarely strangers are so alike', async () => {
  await using door = await openDoor({ duplicates: 'collection' });
  const ann = await door.enrol('Ann', alike[0]);
  await expect(door.enrol('Bea', alike[1])).rejects.toMatchObject({
    ...duplicate,
    details: { fmr: 1e-3, maxFmr: 1e-3, personId: ann.personId, collectionId: door.main },
  });
  expect((await door.people.list(door.main)).map(({ key }) => key)).toEqual(['Ann']);
});

it('takes another face of the same person, under her key in any case, and faces of others', async () => {
  await using door = await openDoor({ duplicates: 'collection' });
  await door.enrol('Ann', alike[0]);
  await door.enrol('ANN', alike[1]);
  await door.enrol('Bea', picture([0, 1, 0]));
  expect(await door.people.list(door.main)).toMatchObject([
    { key: 'Ann', referenceCount: 2 },
    { key: 'Bea', referenceCount: 1 },
  ]);
});

it('lets one of several pass that bring the same face at once under several keys', async () => {
  await using door = await openDoor({ duplicates: 'collection' });
  const keys = ['Ann', 'Bea', 'Cleo', 'Dora'];
  const outcomes = await Promise.allSettled(keys.map((key, at) => door.enrol(key, alike[at % 2]!)));
  expect(outcomes.map(({ status }) => status).filter((status) => status === 'fulfilled')).toHaveLength(1);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject(
    Array(3).fill({ reason: duplicate }),
  );
  expect(door.gallery.counts().references).toBe(1);
});

it('lets one pass also when they come at once to several collections that are looked at together', async () => {
  await using door = await openDoor({ duplicates: 'reached' });
  const outcomes = await Promise.allSettled([
    door.enrol('Ann', alike[0]),
    door.enrol('Bea', alike[1], { collectionId: door.side }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

it('looks in other collections only where the policy and the caller’s reach say so', async () => {
  await using narrow = await openDoor({ duplicates: 'collection' });
  await narrow.enrol('Ann', alike[0], { collectionId: narrow.side });
  await narrow.enrol('Bea', alike[1]);
  await using wide = await openDoor({ duplicates: 'reached' });
  await wide.enrol('Ann', alike[0], { collectionId: wide.side });
  await wide.enrol('Bea', alike[1], { reach: [wide.main] });
  await expect(wide.enrol('Cleo', alike[1], { reach: [wide.side] })).rejects.toMatchObject(duplicate);
});

it('takes the face of one who has the same key in another collection, but not if it is a third one’s too', async () => {
  await using door = await openDoor({ duplicates: 'reached' });
  await door.enrol('Ann', alike[0], { collectionId: door.side });
  await door.enrol('ann', alike[1]);
  await door.gallery.enrol(door.side, 'Bea', pictured([1, 0.02, 0], 'Bea'));
  await expect(door.enrol('Ann', alike[0])).rejects.toMatchObject(duplicate);
});

it('finds a duplicate also of somebody who is suspended', async () => {
  await using door = await openDoor({ duplicates: 'collection' });
  const { personId } = await door.enrol('Ann', alike[0]);
  await door.gallery.updatePerson(personId, { status: 'suspended' });
  await expect(door.enrol('Bea', alike[1])).rejects.toMatchObject(duplicate);
});

it('looks for no duplicate by a model that was never measured', async () => {
  await using careless = await openDoor({}, () => undefined);
  await careless.enrol('Ann', alike[0]);
  await using unmeasured = await openDoor({ duplicates: 'collection' }, () => undefined);
  await expect(unmeasured.enrol('Ann', alike[0])).rejects.toMatchObject({ code: 'model-unmeasured' });
  expect(unmeasured.gallery.counts().references).toBe(0);
});

it('refuses one reference more than a person may have, also of several at once', async () => {
  await using door = await openDoor({ maxReferences: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map((y) => door.enrol('Ann', picture([1, y]))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect(outcomes[3]).toMatchObject({ reason: { code: 'references-full' } });
  await door.enrol('Bea', picture([1, 0]));
});

it('replaces the weakest reference by a better one, and never by one that is not', async () => {
  await using door = await openDoor({ maxReferences: 2, whenFull: 'replaceWeakest' });
  const weak = await door.enrol('Ann', picture([1, 0], 0.3));
  const good = await door.enrol('Ann', picture([1, 1], 0.9));
  expect([weak.replaced, good.replaced]).toEqual([undefined, undefined]);
  await expect(door.enrol('Ann', picture([0, 1], 0.3))).rejects.toMatchObject({
    code: 'references-full',
    details: { references: 2, allowed: 2, quality: 0.3, weakest: 0.3 },
  });
  const better = await door.enrol('Ann', picture([0, 1], 0.31));
  expect(better.replaced).toBe(weak.id);
  const { references } = await door.people.listReferences(door.main, { key: 'Ann', offset: 0, limit: 9 });
  expect(references.map(({ id }) => id)).toEqual([good.id, better.id]);
});

it('brings the best of many that come at once to the places that a person has', async () => {
  await using door = await openDoor({ maxReferences: 3, whenFull: 'replaceWeakest' });
  const qualities = [0.2, 0.7, 0.4, 0.9, 0.1, 0.8, 0.3];
  await Promise.allSettled(qualities.map((quality) => door.enrol('Ann', picture([1, quality], quality))));
  const { references } = await door.people.listReferences(door.main, { key: 'Ann', offset: 0, limit: 9 });
  const kept = await Promise.all(references.map(({ id }) => door.gallery.findReference(door.main, id)));
  expect(kept.map((reference) => reference?.quality.overall).sort()).toEqual([0.7, 0.8, 0.9]);
});

it('enrols nothing for a client who hung up while others had their turn', async () => {
  await using door = await openDoor({ duplicates: 'collection' });
  const gone = new AbortController();
  const first = door.enrol('Ann', alike[0]);
  const ask = { collectionId: door.main, key: 'Bea', picture: picture([0, 1, 0]), faces: 'detect' } as const;
  const second = door.people.enrol({ ...ask, reach: 'all' }, gone.signal);
  gone.abort();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  expect(door.gallery.counts().references).toBe(1);
});

it('enrols several faces that were read before, or none of them', async () => {
  await using door = await openDoor({ duplicates: 'collection', maxReferences: 2, minQuality: 0.5 });
  const { signal } = new AbortController();
  const read = async (...wish: Parameters<typeof picture>) => {
    const ask = { picture: picture(...wish), faces: 'detect', maxFaces: 0, attributes: [] } as const;
    const [face] = (await door.people.readFaces(ask, signal)).faces;
    return face!;
  };
  const place = { collectionId: door.main, reach: 'all' } as const;
  const enrol = (faces: FaceWish[]) => door.people.enrolFaces({ ...place, faces }, signal);
  const ann = await read([1, 0, 0]);
  const refused = async (second: FaceWish, code: string) =>
    expect(enrol([{ face: ann, key: 'Ann' }, second])).rejects.toMatchObject({ code, details: { item: 1 } });
  await refused({ face: await read([0, 1, 0], 0.4), key: 'Bea' }, 'quality-too-low');
  await refused({ face: await read([1, 0.01, 0]), key: 'Bea' }, 'face-duplicate');
  await refused({ face: await read([1, 0.01, 0]), key: null }, 'face-duplicate');
  await refused({ face: await read([0, 1, 0]), key: '' }, 'key-illegal');
  expect(door.gallery.counts().references).toBe(0);
  const enrolled = await enrol([
    { face: ann, key: 'Ann', text: 'Ann Smith', metadata: { photo: 'a' }, person: { name: 'Ann S.' } },
    { face: await read([1, 0.01, 0]), key: 'Ann' },
    { face: await read([0, 1, 0]), key: null },
  ]);
  expect(enrolled).toMatchObject([
    { key: 'Ann', text: 'Ann Smith', metadata: { photo: 'a' } },
    { key: 'Ann', text: '' },
    { key: 'face-3' },
  ]);
  const { personId } = enrolled[0]!;
  await expect(enrol([{ face: await read([1, 0.02, 0]), key: null, personId }])).rejects.toMatchObject({
    code: 'references-full',
  });
  const [third] = await enrol([
    { face: await read([0, 1, 0.01]), key: null, personId: enrolled[2]!.personId },
  ]);
  expect(third).toMatchObject({ key: 'face-3' });
});

it('counts what comes together against the references that a person may have', async () => {
  await using door = await openDoor({ maxReferences: 2, whenFull: 'replaceWeakest' });
  const { signal } = new AbortController();
  const weak = await door.enrol('Ann', picture([1, 0], 0.1));
  const read = async (overall: number) => {
    const wish = { picture: picture([1, 0], overall), faces: 'detect', maxFaces: 0, attributes: [] } as const;
    return { face: (await door.people.readFaces(wish, signal)).faces[0]!, key: 'Ann' };
  };
  const place = { collectionId: door.main, reach: 'all' } as const;
  const enrol = async (...qualities: number[]) =>
    door.people.enrolFaces({ ...place, faces: await Promise.all(qualities.map(read)) }, signal);
  const [beside, instead] = await enrol(0.5, 0.6);
  expect([beside!.replaced, instead!.replaced]).toEqual([undefined, weak.id]);
  await expect(enrol(0.7, 0.8, 0.9)).rejects.toMatchObject({ code: 'references-full', details: { item: 2 } });
  expect(door.gallery.counts().references).toBe(2);
});
