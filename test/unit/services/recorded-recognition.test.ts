import { beforeEach, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { openInProcessVision } from '../../../src/adapters/vision/in-process/open-in-process-vision.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import { actAs } from '../../../src/services/actor.ts';
import type { PictureAsk } from '../../../src/services/pictures.ts';
import { createRecognition, type Recognition } from '../../../src/services/recognition.ts';
import { type RecordedRecognitions, recordRecognition } from '../../../src/services/recorded-recognition.ts';
import { openScriptedAnalyser, scripted } from '../../fixtures/vision/scripted-analyser.ts';

/** At the usual rate of 1 in 1,000 the same face is the same, and hardly anything else. */
const table: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.5, extrapolated: false },
    { fmr: 1e-3, cosine: 0.99, extrapolated: false },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 1e-3, data: 'made up' },
};
const cameraId = '00000000-0000-1000-8000-000000000011';
const never = new AbortController().signal;
const ask = (name: string, faces = 1): PictureAsk => ({
  picture: scripted({ do: 'answer', name, faces }),
  faces: 'detect',
  maxFaces: 0,
  attributes: [],
});

let events: NewEvent[];
let door: string;
let gallery: ReturnType<typeof openMemoryGallery>;
let plain: Recognition;
beforeEach(async () => {
  events = [];
  gallery = openMemoryGallery();
  door = (await gallery.createCollection('door', 'Door')).id;
  const vision = openInProcessVision({ analyser: await openScriptedAnalyser() });
  await vision.ready();
  plain = createRecognition({ gallery, vision, scoreTable: () => table });
});

function recording(which: RecordedRecognitions = 'all'): Recognition {
  const history = { record: (event: NewEvent) => void events.push(event) };
  return recordRecognition(plain, { history, which, nowMs: () => 1_800_000_000_000 });
}

async function enrol(name: string) {
  const { faces } = await plain.embed(ask(name), never);
  const { template, box, landmarks, detectorScore, quality } = faces[0]!;
  return gallery.enrol(door, name, { template, box, landmarks, detectorScore, quality });
}

const search = () => ({ collectionIds: [door], limit: 5, minScore: -1, distinctPersons: true });

it('makes an event of each face that is looked for, with those who are alike enough, best first', async () => {
  const { personId, id: referenceId } = await enrol('ann');
  await enrol('bea');
  const found = await recording().recognise(ask('ann'), search(), never);
  expect(found.candidates[0]).toHaveLength(2);
  const [face] = found.picture.faces;
  expect(events).toEqual([
    {
      ...{ kind: 'identification', atMs: 1_800_000_000_000, collectionIds: [door], modelId: 'scripted' },
      ...{ box: face!.box, quality: face!.quality.overall },
      candidates: [{ personId, referenceId, score: expect.closeTo(1, 5) }],
    },
  ]);
  await recording().recognise(ask('stranger', 3), search(), never);
  expect(events.slice(1).map(({ candidates }) => candidates)).toEqual([[], [], []]);
});

it('tells which API asked, whose recognition it was, and at which camera', async () => {
  const actor = { kind: 'credential', dialect: 'findface', credentialId: 'token' } as const;
  const wish = { ...search(), cameraId };
  await actAs(actor, () => recording().recognise(ask('ann'), wish, never), 'account');
  expect(events).toMatchObject([{ dialect: 'findface', accountId: 'account', cameraId }]);
});

it('makes an event of each vector that is looked for, and of each face that is verified', async () => {
  const reference = await enrol('ann');
  const keyed = (await gallery.findReference(door, reference.id))!;
  await recording().recogniseVectors([[...reference.template.vector]], search());
  await recording().verifyReference(ask('ann'), keyed, never);
  await recording().verifyReference(ask('stranger'), keyed, never);
  const candidates = [{ personId: reference.personId, referenceId: reference.id, score: expect.any(Number) }];
  expect(events).toMatchObject([
    { kind: 'identification', candidates },
    { kind: 'verification', collectionIds: [door], candidates },
    { kind: 'verification', candidates: [] },
  ]);
  expect(events[0]).not.toHaveProperty('box');
});

it.each<[RecordedRecognitions, (string | undefined)[]]>([
  ['all', [undefined, cameraId]],
  ['camera', [cameraId]],
  ['none', []],
])('makes events of %s', async (which, cameras) => {
  const recognition = recording(which);
  await recognition.recognise(ask('ann'), search(), never);
  await recognition.recognise(ask('ann'), { ...search(), cameraId }, never);
  expect(events.map((event) => event.cameraId)).toEqual(cameras);
});

it('makes no event of what fails', async () => {
  const picture = scripted({ do: 'unreadable' });
  const recognised = recording().recognise({ ...ask('ann'), picture }, search(), never);
  await expect(recognised).rejects.toMatchObject({ code: 'picture-unreadable' });
  expect(events).toEqual([]);
});
