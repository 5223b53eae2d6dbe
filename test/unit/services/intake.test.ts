import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { isKnown, type NewEvent } from '../../../src/domain/event.ts';
import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { createIntake, type Intake, type IntakeAsk } from '../../../src/services/intake.ts';
import { createPeople } from '../../../src/services/people.ts';
import { createRecognition } from '../../../src/services/recognition.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

/** Strangers at 1e-3 have a cosine of .9. */
const table: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.5, extrapolated: false },
    { fmr: 1e-3, cosine: 0.9, extrapolated: true },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 0.004, data: 'made up' },
};

const [ann, annToo, bea] = [
  [1, 0, 0],
  [1, 0.05, 0],
  [0, 1, 0],
];

let gallery: Gallery;
let intake: Intake;
let events: NewEvent[];
let main: Uuid;
let side: Uuid;
beforeEach(async () => {
  gallery = openMemoryGallery();
  main = (await gallery.createCollection('main', 'Main')).id;
  side = (await gallery.createCollection('side', 'Side')).id;
  events = [];
  const scoreTable = () => table;
  const { modelId } = pictured([1, 0, 0], 'anybody').template;
  const models = { detector: 'none', embedding: { id: modelId, dimensions: 3 }, attributes: [] };
  const vision = { status: () => ({ models }) } as unknown as Vision;
  intake = createIntake({
    ...{ gallery, which: 'camera', nowMs: () => 7 },
    history: { record: (event) => events.push(event) },
    people: createPeople({ gallery, vision, scoreTable, pictures: 'none' }),
    recognition: createRecognition({ gallery, vision, scoreTable }),
  });
});

function take(directions: readonly (readonly number[])[], more: Partial<IntakeAsk> = {}): Promise<number[]> {
  const faces = directions.map((direction) => ({
    face: { ...pictured(direction, 'anybody'), attributes: {} } as AnalysedFace,
    metadata: {},
  }));
  const ask = {
    faces,
    picture: { file: Buffer.alloc(0) },
    collectionIds: [main],
    reach: [main, side],
    text: '',
    ...more,
  };
  return intake.take(ask, AbortSignal.timeout(10_000));
}

async function ownerOf(number: number | undefined): Promise<Uuid | undefined> {
  return (await gallery.findFace(number ?? 0, [main, side]))[0]?.personId;
}

describe('A face that is taken in', () => {
  it('without a name goes to whoever looks the same, else makes a person', async () => {
    const [first] = await take([ann!]);
    const [same] = await take([annToo!]);
    const [other] = await take([bea!]);
    expect(await ownerOf(same)).toBe(await ownerOf(first));
    expect(await ownerOf(other)).not.toBe(await ownerOf(first));
  });

  it('goes to whoever looks the same also when she may not be found now', async () => {
    const [first] = await take([ann!]);
    const owner = (await ownerOf(first))!;
    await gallery.updatePerson(owner, { status: 'suspended' });
    const [same] = await take([annToo!]);
    expect(await ownerOf(same)).toBe(owner);
  });

  it('makes one person of two pictures of somebody new that come at once', async () => {
    const [[one], [other]] = await Promise.all([take([ann!]), take([annToo!])]);
    expect(await ownerOf(other)).toBe(await ownerOf(one));
  });

  it('with a name goes to the person of that name in any collection, whoever she looks like', async () => {
    const [first] = await take([ann!], { text: 'Ann', collectionIds: [side] });
    const [same] = await take([bea!], { text: 'Ann' });
    const [other] = await take([annToo!], { text: 'Anna' });
    expect(await ownerOf(same)).toBe(await ownerOf(first));
    expect(await ownerOf(other)).not.toBe(await ownerOf(first));
  });

  it('goes to nobody outside of the reach', async () => {
    const [first] = await take([ann!], { text: 'Ann', collectionIds: [side] });
    const [same] = await take([ann!], { reach: [main] });
    const [namesake] = await take([ann!], { text: 'Ann', reach: [main] });
    expect(await ownerOf(same)).not.toBe(await ownerOf(first));
    expect(await ownerOf(namesake)).not.toBe(await ownerOf(first));
  });

  it('with others of one name makes a person of each', async () => {
    const [one, other] = await take([ann!, annToo!, bea!], { text: 'Party' });
    expect(await ownerOf(other)).not.toBe(await ownerOf(one));
    expect(await gallery.findMembership(main, 'Party')).toBeUndefined();
  });

  it('stands as one face in all of its collections', async () => {
    const [number] = await take([ann!], { text: 'Ann', collectionIds: [main, side] });
    const references = await gallery.findFace(number!, [main, side]);
    expect(references.map(({ collectionId, key, text }) => ({ collectionId, key, text }))).toEqual([
      { collectionId: main, key: 'Ann', text: 'Ann' },
      { collectionId: side, key: 'Ann', text: 'Ann' },
    ]);
  });

  it('of too many for one write changes nothing', async () => {
    const faces = Array.from({ length: 51 }, () => bea!);
    await expect(take(faces, { collectionIds: [main, side] })).rejects.toMatchObject({ code: 'bad-input' });
    expect(gallery.counts().references).toBe(0);
  });

  it('by a camera is a sighting, which tells whether she was known before', async () => {
    const cameraId = '13814001-1dd2-11b2-b619-5502c27ed19c';
    await take([ann!]);
    const [first] = await take([bea!], { cameraId });
    await take([bea!], { cameraId });
    const personId = (await ownerOf(first))!;
    expect(events).toMatchObject([
      { kind: 'sighting', cameraId, atMs: 7, collectionIds: [main], candidates: [{ personId, isNew: true }] },
      { kind: 'sighting', cameraId, candidates: [{ personId }] },
    ]);
    expect(events.map(isKnown)).toEqual([false, true]);
  });
});
