import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';
import {
  allPlugins,
  box,
  executionTime,
  pluginFields,
  pluginsVersions,
  rounded,
  roundedBox,
} from '../../harness/wire-shapes.ts';

// The numbers in brackets are lines of CompreFace's REST API description; "server" is what the real one does.

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

function detect(query: string, more: Call) {
  return call(app.compreface.address, 'POST', `/api/v1/detection/detect${query}`, {
    key: app.keys.detection,
    ...more,
  });
}

function verify(query: string, more: Call) {
  return call(app.compreface.address, 'POST', `/api/v1/verification/verify${query}`, {
    key: app.keys.verification,
    ...more,
  });
}

function pair(source: Buffer, target: Buffer): Call {
  return {
    files: [
      { part: 'source_image', bytes: source },
      { part: 'target_image', bytes: target },
    ],
  };
}

describe('POST /detection/detect', () => {
  it('gives the box of every face, largest first, and nothing else (373–440)', async () => {
    const { status, json } = await detect('', { files: [{ bytes: group(6) }] });
    expect({ status, json }).toEqual({ status: 200, json: { result: [{ box }, { box }, { box }, { box }] } });
  });

  it('gives what the plugins add, times and networks (385–386, 412–426)', async () => {
    const query = '?limit=1&face_plugins=age,gender,landmarks,calculator,pose&status=true';
    const { json } = await detect(query, { files: [{ bytes: group(6) }] });
    expect(json).toEqual({
      result: [
        {
          ...allPlugins,
          box,
          execution_time: executionTime('age', 'gender', 'pose', 'detector', 'calculator'),
        },
      ],
      plugins_versions: pluginsVersions('age', 'gender', 'landmarks', 'pose', 'detector', 'calculator'),
    });
  });

  it('tells the detector alone when the calculator was not asked for', async () => {
    const { json } = await detect('?status=true', { files: [{ bytes: await portrait('ann') }] });
    expect(json).toEqual({
      result: [{ box, execution_time: executionTime('detector') }],
      plugins_versions: pluginsVersions('detector'),
    });
  });

  it('gives the probability as the detector has it, unrounded (server)', async () => {
    const { json } = await detect('', { files: [{ bytes: group(6) }] });
    const { result } = json as { result: { box: { probability: number } }[] };
    const exact = result.map((face) => face.box.probability);
    expect(exact.some((one) => Number(one.toFixed(5)) !== one)).toBe(true);
  });

  it('answers the same from base64 (573–577)', async () => {
    const { json } = await detect('', { json: { file: group(3).toString('base64') } });
    expect(json).toEqual((await detect('', { files: [{ bytes: group(3) }] })).json);
  });

  it('finds fewer faces the higher det_prob_threshold (384)', async () => {
    const { json } = await detect('', { files: [{ bytes: group(6) }] });
    const { result } = json as { result: { box: { probability: number } }[] };
    const scores = result.map((face) => face.box.probability).toSorted((one, other) => other - one);
    const between = (scores[0]! + scores[1]!) / 2;
    const strict = await detect(`?det_prob_threshold=${between}`, { files: [{ bytes: group(6) }] });
    expect((strict.json as { result: unknown[] }).result).toHaveLength(1);
  });

  it('says that there is no face (server: 28)', async () => {
    expect(await detect('', { files: [{ bytes: await emptyRoom() }] })).toMatchObject({
      status: 400,
      json: { message: 'No face is found in the given image', code: 28 },
    });
  });
});

describe('POST /verification/verify', () => {
  it('compares the source’s face with every face of the target (441–548)', async () => {
    const query = '?face_plugins=landmarks&status=true';
    const { status, json } = await verify(query, pair(await portrait('cleo', 'other'), group(6)));
    expect(status).toBe(200);
    const described = {
      ...pluginFields.landmarks,
      box: roundedBox,
      execution_time: executionTime('detector', 'calculator'),
    };
    const match = { ...described, similarity: rounded };
    expect(json).toEqual({
      result: [
        {
          source_image_face: described,
          face_matches: [match, match, match, match],
          plugins_versions: pluginsVersions('detector', 'calculator', 'landmarks'),
        },
      ],
    });
    const { face_matches } = (json as { result: { face_matches: { similarity: number }[] }[] }).result[0]!;
    expect(face_matches.filter(({ similarity }) => similarity > 0.9)).toHaveLength(1);
  });

  it('is 1 for the same picture', async () => {
    const bytes = await portrait('bea');
    const { json } = await verify('', pair(bytes, bytes));
    expect(json).toEqual({
      result: [
        {
          source_image_face: { box: roundedBox },
          face_matches: [{ box: roundedBox, similarity: 1 }],
        },
      ],
    });
  });

  it('is over .5 for two pictures of a person and under it for two people', async () => {
    const similarityOf = async (source: Buffer, target: Buffer) => {
      const { json } = await verify('', pair(source, target));
      return (json as { result: { face_matches: { similarity: number }[] }[] }).result[0]!.face_matches[0]!
        .similarity;
    };
    expect(await similarityOf(await portrait('bea'), await portrait('bea', 'other'))).toBeGreaterThan(0.5);
    expect(await similarityOf(await portrait('bea'), await portrait('ann'))).toBeLessThan(0.5);
  });

  it('answers the same from base64 (578–582)', async () => {
    const [source, target] = [await portrait('bea'), await portrait('ann')];
    const json = { source_image: source.toString('base64'), target_image: target.toString('base64') };
    expect((await verify('', { json })).json).toEqual((await verify('', pair(source, target))).json);
  });

  it('refuses a source with several faces (server: 31), but `limit` counts for it too', async () => {
    expect(await verify('', pair(group(6), await portrait('ann')))).toMatchObject({
      status: 400,
      json: { message: 'More than one face in the source image', code: 31 },
    });
    expect(await verify('?limit=1', pair(group(6), await portrait('ann')))).toMatchObject({ status: 200 });
  });

  it('says that there is no face in either (server: 28)', async () => {
    const [somebody, nobody] = [await portrait('ann'), await emptyRoom()];
    for (const body of [pair(somebody, nobody), pair(nobody, somebody)]) {
      expect(await verify('', body)).toMatchObject({ status: 400, json: { code: 28 } });
    }
  });
});
