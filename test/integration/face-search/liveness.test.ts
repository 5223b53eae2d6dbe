import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelsFolder, openBenchAnalyser } from '../../bench/ostiary/bench-analyser.ts';
import { closedLids, covers } from '../../fixtures/conditions/covers.ts';
import { onScreen } from '../../fixtures/conditions/imitations.ts';
import {
  closeUp,
  cutAway,
  type LocatedShot,
  oneOfGroup,
  shrunk,
  sideBySide,
  tilted,
} from '../../fixtures/conditions/shots.ts';
import type { TestApp } from '../../harness/app.ts';
import { emptyRoom } from '../../harness/photographs.ts';
import { openTestVision } from '../../harness/vision.ts';
import { answerOf, type FaceSearchClient, freshClient, startFaceSearch } from './harness.ts';

const failed = (code: string, more: object = {}) => ({
  status: 400,
  json: {
    code: 'ERR_LIVENESS_ERROR',
    message: 'A liveness error occurred. Please check the supplied image and the error metadata.',
    metadata: { code, ...more },
  },
});

let shot: LocatedShot;
let other: LocatedShot;
beforeAll(async () => {
  await using analyser = await openBenchAnalyser();
  shot = await oneOfGroup(analyser, 6, 0);
  other = await oneOfGroup(analyser, 6, 2);
});

let app: TestApp;
let client: FaceSearchClient;

function useApp(open: () => Promise<TestApp>): void {
  beforeAll(async () => {
    app = await open();
  });
  beforeEach(async () => {
    client = await freshClient(app);
  });
  afterAll(() => app[Symbol.asyncDispose]());
}

const base64 = (picture: Uint8Array) => Buffer.from(picture).toString('base64');
const judge = async (picture: Uint8Array) =>
  answerOf(await client.ask('POST', '/liveness', { face_base_64: base64(picture) }));

/** The three calls that check liveness on the way. */
async function checkedCalls(picture: Uint8Array) {
  const face = { face_base_64: base64(picture), check_liveness: true };
  const place = { collection_name: client.collection };
  const named = { person_id: 'F1', person_name: 'Ann' };
  return [
    await client.ask('PUT', '/person', { ...face, ...place, ...named }),
    await client.ask('POST', '/face-search', { ...face, ...place }),
    await client.ask('POST', '/compare', { ...face, ref_face_base_64: base64(shot.picture) }),
  ].map(answerOf);
}

describe('without the liveness network', () => {
  useApp(() => startFaceSearch());

  it('a check is an error, never a pass', async () => {
    const details = 'The network that checks liveness is not installed';
    const missing = failed('UNKNOWN_ERROR', { details });
    expect(await judge(shot.picture)).toEqual(missing);
    expect(await checkedCalls(shot.picture)).toEqual([missing, missing, missing]);
  });
});

describe.skipIf(!modelsFolder())('with the liveness network (OSTIARY_MODELS_DIR)', () => {
  useApp(async () => startFaceSearch({ vision: await openTestVision({ fetched: modelsFolder() }) }));

  it('takes a good picture for one of a live face (ours)', async () => {
    expect(await judge(shot.picture)).toEqual({ status: 200, json: { is_live: true } });
    const [put, search, compare] = await checkedCalls(shot.picture);
    expect(put).toMatchObject({ status: 200 });
    expect(search).toMatchObject({ status: 200, json: [{ person_id: 'F1' }] });
    expect(compare).toMatchObject({ status: 200, json: { is_match: true } });
  });

  it.each<[code: string, made: () => Promise<Uint8Array>]>([
    ['FACE_NOT_FOUND', () => emptyRoom()],
    ['TOO_MANY_FACES', () => sideBySide(shot.picture, other.picture)],
    ['FACE_CROPPED', () => cutAway(shot, 'left', 0.25)],
    ['FACE_TOO_CLOSE', () => closeUp(shot, 0.04)],
    ['FACE_CLOSE_TO_BORDER', () => cutAway(shot, 'left', -0.05)],
    ['FACE_TOO_SMALL', () => shrunk(shot, 60)],
    ['FACE_ANGLE_TOO_LARGE', () => tilted(shot.picture, 50)],
    ['FACE_IS_OCCLUDED', () => covers['a black mask'](shot)],
    ['EYES_CLOSED', () => closedLids(shot)],
    ['FACE_NOT_LIVE', () => onScreen(shot.picture, 480)],
  ])('tells %s of a picture that is made so (103–110)', async (code, make) => {
    expect(await judge(await make())).toEqual(failed(code));
  });

  it('enrols, finds and compares nobody whose check fails (18, R)', async () => {
    const refused = failed('EYES_CLOSED');
    expect(await checkedCalls(await closedLids(shot))).toEqual([refused, refused, refused]);
    const person = { collection_name: client.collection, person_id: 'F1' };
    expect((await client.ask('DELETE', '/person', person)).status).toBe(404);
  });

  it('checks nothing where no face is found (18)', async () => {
    for (const { json } of await checkedCalls(await emptyRoom())) {
      expect(json).toMatchObject({ code: 'ERR_FACE_NOT_DETECTED' });
    }
  });

  it('finds nobody by a smaller face beside the one that was checked', async () => {
    const collection_name = client.collection;
    const named = { collection_name, person_id: 'F1', person_name: 'Bea' };
    await client.ask('PUT', '/person', { ...named, face_base_64: base64(other.picture) });
    const both = await sideBySide(shot.picture, await smaller(other.picture));
    const face = { face_base_64: base64(both), collection_name };
    expect((await client.ask('POST', '/face-search', face)).json).toMatchObject([{ person_id: 'F1' }]);
    const checked = await client.ask('POST', '/face-search', { ...face, check_liveness: true });
    expect(answerOf(checked)).toEqual({ status: 200, json: [] });
  });
});

/** The picture at a third of its size, in the middle of a plain one. */
async function smaller(picture: Uint8Array): Promise<Uint8Array> {
  const { width, height } = await sharp(picture).metadata();
  const border = { top: height, bottom: height, left: width, right: width };
  return await sharp(picture)
    .extend({ ...border, background: '#777' })
    .jpeg()
    .toBuffer();
}
