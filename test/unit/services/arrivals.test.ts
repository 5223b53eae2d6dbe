import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { type EnrolmentPolicy, openEnrolment } from '../../../src/domain/enrolment.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Admission } from '../../../src/domain/new-person.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { type ArrivalAsk, type Arrivals, createArrivals } from '../../../src/services/arrivals.ts';
import { createPeople } from '../../../src/services/people.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

/** Strangers at 1e-3 have a cosine of .5, at 1e-4 of .75. */
const table: ScoreTable = {
  rows: [
    { fmr: 1e-3, cosine: 0.5, extrapolated: false },
    { fmr: 1e-4, cosine: 0.75, extrapolated: false },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 1e-4, data: 'made up' },
};
const usual: Admission = { when: 'unknown', minFacePixels: 50, maxYaw: 60 };
const never = new AbortController().signal;

let gallery: Gallery;
let arrivals: Arrivals;
let main: Uuid;
let side: Uuid;
beforeEach(async () => {
  gallery = openMemoryGallery();
  [main, side] = [
    (await gallery.createCollection('main', '')).id,
    (await gallery.createCollection('side', '')).id,
  ];
  arrivals = openArrivals({});
});

function openArrivals(policy: Partial<EnrolmentPolicy>): Arrivals {
  const vision = { status: () => ({}) } as unknown as Vision;
  const enrolment = { ...openEnrolment, ...policy };
  const scoreTable = () => table;
  const people = createPeople({ gallery, vision, pictures: 'full', enrolment, scoreTable });
  return createArrivals({ gallery, people, scoreTable });
}

function ask(direction: readonly number[], more: Partial<ArrivalAsk> = {}): ArrivalAsk {
  return {
    face: { ...pictured(direction, 'anybody'), attributes: { pose: { yaw: 10, pitch: 0, roll: 0 } } },
    collectionIds: [main],
    ...{ admission: usual, metadata: { note: 'x' }, keepsImage: true, reach: 'all' },
    ...more,
  };
}
const arrive = (...wish: Parameters<typeof ask>) => arrivals.arrive(ask(...wish), never);
const referencesIn = async (collectionId: Uuid) =>
  (await gallery.listReferences(collectionId, { offset: 0, limit: 9 })).references;

describe('a face that comes', () => {
  it('becomes a person with what is kept beside it, and is known from then on', async () => {
    const picture = { file: Buffer.from('a picture') };
    const { known, enrolled } = await arrive([1, 0], { picture });
    expect(known).toEqual([]);
    expect(enrolled).toMatchObject([{ collectionId: main, metadata: { note: 'x' }, hasPicture: true }]);
    const again = await arrive([0.9, 0.1]);
    expect(again.known).toMatchObject([{ personId: enrolled[0]!.personId, collectionId: main }]);
    expect(again.enrolled).toEqual([]);
  });

  it('becomes one person in all collections where nobody has it', async () => {
    const bob = await gallery.enrol(side, 'Bob', pictured([1, 0], 'bob'));
    const third = (await gallery.createCollection('third', '')).id;
    const { known, enrolled } = await arrive([1, 0], { collectionIds: [main, side, third, main] });
    expect(known).toMatchObject([{ personId: bob.personId, collectionId: side }]);
    expect(enrolled.map(({ collectionId }) => collectionId)).toEqual([main, third]);
    expect(new Set(enrolled.map(({ personId }) => personId)).size).toBe(1);
  });

  it('becomes one person although it comes twice at once', async () => {
    const both = await Promise.all([
      arrive([1, 0], { collectionIds: [main, side] }),
      arrive([1, 0], { collectionIds: [side, main] }),
    ]);
    expect(both.map(({ enrolled }) => enrolled.length).toSorted()).toEqual([0, 2]);
    expect(await referencesIn(main)).toHaveLength(1);
  });

  it('is known at the rate that is asked for', async () => {
    await arrive([1, 0]);
    const alike = [0.6, 0.8];
    expect((await arrive(alike)).known).toHaveLength(1);
    const strict = await arrive(alike, { admission: { ...usual, when: { maxFmr: 1e-4 } } });
    expect(strict.known).toEqual([]);
    expect(strict.enrolled).toHaveLength(1);
  });

  it('is known also when its person is suspended', async () => {
    const { enrolled } = await arrive([1, 0]);
    await gallery.updatePerson(enrolled[0]!.personId, { status: 'suspended' });
    expect((await arrive([1, 0])).known).toHaveLength(1);
  });

  it.each<[string, Partial<Admission>, boolean]>([
    ['no rule at all', { when: 'never' }, false],
    ['just the size', { minFacePixels: 99 }, true],
    ['too few pixels', { minFacePixels: 100 }, false],
    ['just the turn', { maxYaw: 10 }, true],
    ['too far a turn', { maxYaw: 9 }, false],
  ])('becomes a person or not, by %s', async (_, rule, becomes) => {
    const { enrolled } = await arrive([1, 0], { admission: { ...usual, ...rule } });
    expect(enrolled).toHaveLength(becomes ? 1 : 0);
    expect(await referencesIn(main)).toHaveLength(becomes ? 1 : 0);
  });

  it('does not become a person against the policy of the operator', async () => {
    arrivals = openArrivals({ minQuality: 0.9 });
    expect(await arrive([1, 0])).toEqual({ known: [], enrolled: [] });
  });

  it('is kept as its template alone where no image is wanted', async () => {
    const { enrolled } = await arrive([1, 0], {
      picture: { file: Buffer.from('a picture') },
      keepsImage: false,
    });
    const reference = await gallery.findReference(main, enrolled[0]!.id);
    expect(reference).toMatchObject({ hasPicture: false });
    expect(reference).not.toHaveProperty('crop');
  });
});

describe('a face in the place of others', () => {
  it('is all that the person has then', async () => {
    const { personId } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'ann'));
    await gallery.enrol(main, 'Ann', pictured([0.9, 0.1], 'ann again'));
    const { collectionIds: _, ...wish } = ask([0, 1]);
    const given = await arrivals.replace({ ...wish, collectionId: main, personId }, never);
    expect(await referencesIn(main)).toMatchObject([{ id: given!.id, personId, key: 'Ann' }]);
    const small = { ...wish, admission: { ...usual, minFacePixels: 500 } };
    expect(await arrivals.replace({ ...small, collectionId: main, personId }, never)).toBeUndefined();
    await expect(arrivals.replace({ ...wish, collectionId: side, personId }, never)).rejects.toMatchObject({
      code: 'person-unknown',
    });
  });
});

describe('a person without images', () => {
  it.each(['her face', 'she'] as const)('does not come back when %s goes meanwhile', async (who) => {
    const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'ann'));
    const { personId } = await gallery.enrol(main, 'Ann', pictured([0, 1], 'ann again'));
    await gallery.placePerson(side, personId, 'Ann');
    const meanwhile = withOwn<Gallery>(gallery, {
      async enrol(...wish) {
        if (who === 'she') await gallery.removeMembership(main, 'Ann').catch(() => undefined);
        else await gallery.removeReferences(main, [ann.id]);
        return gallery.enrol(...wish);
      },
    });
    const people = { enrolFaces: async () => [] };
    await createArrivals({ gallery: meanwhile, people, scoreTable: () => table }).dropImages(main, personId);
    const left = await referencesIn(main);
    expect(left.map(({ hasPicture }) => hasPicture)).toEqual(who === 'she' ? [] : [false]);
    expect((await gallery.listPlaces(personId)).map(({ collectionId }) => collectionId)).toContain(side);
  });

  it('is found as before, and has neither pictures nor crops', async () => {
    const { enrolled } = await arrive([1, 0], { picture: { file: Buffer.from('a picture') } });
    const { personId } = enrolled[0]!;
    await arrivals.dropImages(main, personId);
    const [only] = await referencesIn(main);
    expect(only).toMatchObject({ personId, hasPicture: false, metadata: { note: 'x' } });
    expect(await gallery.findReference(main, only!.id)).not.toHaveProperty('crop');
    expect((await arrive([1, 0])).known).toMatchObject([{ personId }]);
    await arrivals.dropImages(main, personId);
    expect((await referencesIn(main))[0]!.id).toBe(only!.id);
  });

  it('does not come back when she leaves while they are taken away', async () => {
    const { personId } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'ann'));
    await gallery.placePerson(side, personId, 'Ann');
    const plain = gallery;
    gallery = withOwn<Gallery>(plain, {
      async findReference(collectionId, referenceId) {
        const found = await plain.findReference(collectionId, referenceId);
        await plain.removeMembership(main, 'Ann');
        return found;
      },
    });
    await openArrivals({}).dropImages(main, personId);
    expect(await referencesIn(main)).toEqual([]);
    expect(await plain.listPlaces(personId)).toMatchObject([{ collectionId: side }]);
  });
});
