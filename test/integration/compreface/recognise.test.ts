import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';
import {
  allPlugins,
  executionTime,
  pluginFields,
  pluginsVersions,
  rounded,
  roundedBox,
} from '../../harness/wire-shapes.ts';

// The numbers in brackets are lines of CompreFace's REST API description; "server" is what the real one does.

type Subject = { subject: string; similarity: number; image_id: string };
type Face = { subjects: Subject[]; box: Record<string, number>; similarity: number };

let app: TestApp;
const enrolled: Record<string, string> = {};
beforeAll(async () => {
  app = await startTestApp();
  for (const name of ['ann', 'bea', 'cleo'] as const) {
    for (const take of name === 'ann' ? (['first', 'other'] as const) : (['first'] as const)) {
      const files = [{ bytes: await portrait(name, take), name: take === 'first' ? 'a.jpg' : 'a.png' }];
      const { json } = await ask(`/faces?subject=${name}`, { files });
      enrolled[`${name} ${take}`] = (json as { image_id: string }).image_id;
    }
  }
});
afterAll(() => app[Symbol.asyncDispose]());

function ask(rest: string, more: Call = {}) {
  return call(app.compreface.address, 'POST', `/api/v1/recognition${rest}`, {
    key: app.keys.recognition,
    ...more,
  });
}

async function recognise(query: string, bytes: Buffer): Promise<Face[]> {
  const { status, json } = await ask(`/recognize${query}`, { files: [{ bytes }] });
  expect(status).toBe(200);
  return (json as { result: Face[] }).result;
}

describe('POST /recognize', () => {
  it('names the person of a portrait, with box and similarity only (224–302)', async () => {
    const { status, json } = await ask('/recognize', {
      files: [{ bytes: await portrait('bea', 'other'), name: 'b.png' }],
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        result: [
          {
            box: roundedBox,
            subjects: [{ subject: 'bea', similarity: rounded, image_id: enrolled['bea first'] }],
          },
        ],
      },
    });
  });

  it('knows nobody in what is no surer a face than det_prob_threshold (235)', async () => {
    const files = [{ bytes: await portrait('bea') }];
    expect(await ask('/recognize?det_prob_threshold=1', { files })).toMatchObject({
      ...{ status: 400, json: { code: 28 } },
    });
    const [face] = await recognise('?det_prob_threshold=0.2', files[0]!.bytes);
    expect(face?.subjects).toMatchObject([{ subject: 'bea' }]);
  });

  it('answers the same from base64 (562–566)', async () => {
    const bytes = await portrait('cleo', 'other');
    const { json } = await ask('/recognize', { json: { file: bytes.toString('base64') } });
    expect(json).toEqual({ result: await recognise('', bytes) });
  });

  it('gives the similarity 1 to the picture that was enrolled', async () => {
    const [face] = await recognise('', await portrait('cleo'));
    expect(face?.subjects).toEqual([{ subject: 'cleo', similarity: 1, image_id: enrolled['cleo first'] }]);
  });

  it('tells each plugin that is asked for (237, 286–294), and passes over those that nobody has', async () => {
    const bytes = await portrait('bea');
    for (const slug of Object.keys(pluginFields) as (keyof typeof pluginFields)[]) {
      const [face] = await recognise(`?face_plugins=${slug},mask,landmarks2d106,nonsense`, bytes);
      expect(face).toEqual({ ...pluginFields[slug], box: roundedBox, subjects: [expect.anything()] });
    }
  });

  it('tells times and networks with status=true (238, 268–282)', async () => {
    const query = '?face_plugins=age,gender,landmarks,calculator,pose&status=true';
    const { json } = await ask(`/recognize${query}`, { files: [{ bytes: await portrait('bea') }] });
    expect(json).toEqual({
      result: [
        {
          ...allPlugins,
          box: roundedBox,
          subjects: [expect.anything()],
          execution_time: executionTime('age', 'gender', 'pose', 'detector', 'calculator'),
        },
      ],
      plugins_versions: pluginsVersions('age', 'gender', 'landmarks', 'pose', 'detector', 'calculator'),
    });
  });

  it('tells detector and calculator alone when no plugin is asked for', async () => {
    const { json } = await ask('/recognize?status=true', { files: [{ bytes: await portrait('bea') }] });
    expect(json).toMatchObject({ plugins_versions: pluginsVersions('detector', 'calculator') });
    expect(Object.keys((json as { plugins_versions: object }).plugins_versions)).toHaveLength(2);
  });

  it('finds all faces of a group, largest first, and `limit` keeps the largest (234)', async () => {
    const all = await recognise('', group(6));
    expect(all).toHaveLength(4);
    const areas = all.map(({ box }) => (box.x_max! - box.x_min!) * (box.y_max! - box.y_min!));
    expect(areas).toEqual(areas.toSorted((one, other) => other - one));
    expect(await recognise('?limit=2', group(6))).toEqual(all.slice(0, 2));
    expect(await recognise('?limit=0', group(6))).toEqual(all);
    const names = all.map(({ subjects }) => subjects[0]).filter((best) => best!.similarity > 0.9);
    expect(names.map((best) => best?.subject).toSorted()).toEqual(['bea', 'cleo']);
  });

  it('gives the most similar examples, so that a subject can stand twice (236, 295; server)', async () => {
    const [face] = await recognise('?prediction_count=3', await portrait('ann'));
    expect(face?.subjects.map(({ subject }) => subject).slice(0, 2)).toEqual(['ann', 'ann']);
    expect(face?.subjects).toHaveLength(3);
    const similarities = face!.subjects.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((one, other) => other - one));
  });

  it('gives each subject once with distinct_subjects=true (ours)', async () => {
    const [face] = await recognise('?prediction_count=5&distinct_subjects=true', await portrait('ann'));
    expect(face?.subjects[0]).toEqual({ subject: 'ann', similarity: 1, image_id: enrolled['ann first'] });
    expect(face?.subjects.map(({ subject }) => subject).toSorted()).toEqual(['ann', 'bea', 'cleo']);
  });

  it('leaves out who is less similar than similarity_threshold (ours)', async () => {
    const [all] = await recognise('?prediction_count=9', await portrait('ann'));
    for (const { similarity } of all!.subjects) {
      const [face] = await recognise(
        `?prediction_count=9&similarity_threshold=${similarity}`,
        await portrait('ann'),
      );
      expect(face?.subjects).toEqual(all?.subjects.filter((one) => one.similarity >= similarity));
    }
  });

  it('takes the picture itself as a face with detect_faces=false (server)', async () => {
    const [face] = await recognise('?detect_faces=false', await portrait('ann'));
    expect(face?.subjects).toEqual([expect.objectContaining({ similarity: rounded })]);
    expect(await recognise('?detect_faces=false', await emptyRoom())).toHaveLength(1);
  });

  it('gives no subjects in an empty collection (server)', async () => {
    const { keys } = await app.issueKeys('empty');
    const { status, json } = await ask('/recognize', {
      key: keys.recognition,
      files: [{ bytes: await portrait('ann') }],
    });
    expect({ status, json }).toEqual({ status: 200, json: { result: [{ box: roundedBox, subjects: [] }] } });
  });

  it('says that there is no face (server: 28)', async () => {
    const nobody = await ask('/recognize', { files: [{ bytes: await emptyRoom() }] });
    expect(nobody).toMatchObject({
      status: 400,
      json: { message: 'No face is found in the given image', code: 28 },
    });
  });
});

describe('POST /faces/<image_id>/verify', () => {
  it('compares the faces of a picture with the example (300–372; server: with its subject)', async () => {
    const path = `/faces/${enrolled['bea first']}/verify?face_plugins=landmarks&status=true`;
    const { status, json } = await ask(path, { files: [{ bytes: group(6) }] });
    expect(status).toBe(200);
    const { result, plugins_versions } = json as { result: Face[]; plugins_versions: object };
    for (const face of result) {
      expect(face).toEqual({
        ...pluginFields.landmarks,
        box: roundedBox,
        subject: 'bea',
        similarity: rounded,
        execution_time: executionTime('detector', 'calculator'),
      });
    }
    expect(plugins_versions).toEqual(pluginsVersions('detector', 'calculator', 'landmarks'));
    expect(result.map(({ similarity }) => similarity > 0.5).filter(Boolean)).toHaveLength(1);
  });

  it('keeps the largest faces with `limit` (311), from base64 too (567–572)', async () => {
    const file = group(6).toString('base64');
    const { json } = await ask(`/faces/${enrolled['bea first']}/verify?limit=1`, { json: { file } });
    expect((json as { result: Face[] }).result).toHaveLength(1);
  });

  it('is 1 for the picture that was enrolled', async () => {
    const files = [{ bytes: await portrait('ann') }];
    const { json } = await ask(`/faces/${enrolled['ann first']}/verify`, { files });
    expect(json).toEqual({ result: [{ box: roundedBox, subject: 'ann', similarity: 1 }] });
  });

  it('refuses an unknown image (server: Image Id is incorrect)', async () => {
    const files = [{ bytes: await portrait('ann') }];
    const { status, json } = await ask('/faces/6b135f5b-a365-4522-b1f1-4c9ac2dd0728/verify', { files });
    expect({ status, json }).toEqual({ status: 404, json: { message: 'Image Id is incorrect', code: 44 } });
  });
});

describe('an example that an earlier model enrolled', () => {
  /** Ann's example as another model would have left it: another template, the same crop or none. */
  async function enrolAsBefore(slug: string, withCrop: boolean) {
    const { gallery } = app.services;
    const { collection, keys } = await app.issueKeys(slug);
    const known = await gallery.findReference(app.collection.id, enrolled['ann first']!);
    const { crop, box, landmarks, detectorScore, quality } = known!;
    const vector = new Float32Array(64).fill(0.125);
    const face = { box, landmarks, detectorScore, quality, template: { modelId: 'earlier', vector } };
    const earlier = withCrop && crop ? { ...face, crop } : face;
    const { id } = await gallery.enrol(collection.id, 'ann', earlier);
    const files = [{ bytes: await portrait('ann') }];
    return ask(`/faces/${id}/verify`, { key: keys.recognition, files });
  }

  it('is compared by its crop, which the present model reads', async () => {
    expect(await enrolAsBefore('with-crop', true)).toMatchObject({
      status: 200,
      json: { result: [{ subject: 'ann', similarity: 1 }] },
    });
  });

  it('is refused when it has no crop', async () => {
    expect(await enrolAsBefore('without-crop', false)).toMatchObject({ status: 400, json: { code: 37 } });
  });
});
