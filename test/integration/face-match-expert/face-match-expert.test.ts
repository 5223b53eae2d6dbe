import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAdmin } from '../../../src/domain/credential.ts';
import { createFaceMatchExpertDialect } from '../../../src/http/dialects/face-match-expert/dialect.ts';
import { createFaceData } from '../../../src/services/face-data.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { createSigning } from '../../../src/services/signing.ts';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { call } from '../../harness/http-client.ts';
import { emptyRoom, group, type PortraitName, portrait } from '../../harness/photographs.ts';

// The numbers in brackets are lines of Face.Match.Expert's documentation; "ours" is what it does not tell.

type Hit = { id: string; similarity: number };
type Face = { faceData: string };

const point = [expect.any(Number), expect.any(Number)];
const points = { leftEye: point, rightEye: point, mouthLeft: point, mouthRight: point, nose: point };

let app: TestApp;
let authorization: string;
let pictures: Record<PortraitName | 'otherAnn' | 'nobody' | 'group', string>;
let collection: string;
beforeAll(async () => {
  app = await startTestApp({
    dialects: (services) => {
      const faceData = createFaceData(createSigning(randomBytes(32)));
      return [createFaceMatchExpertDialect({ ...services, faceData })];
    },
  });
  const base64 = async (picture: Promise<Buffer> | Buffer) => (await picture).toString('base64');
  pictures = {
    ann: await base64(portrait('ann')),
    bea: await base64(portrait('bea')),
    cleo: await base64(portrait('cleo')),
    dora: await base64(portrait('dora')),
    otherAnn: await base64(portrait('ann', 'other')),
    nobody: await base64(emptyRoom()),
    group: await base64(group(3)),
  };
});
afterAll(() => app[Symbol.asyncDispose]());

let made = 0;
beforeEach(async () => {
  made += 1;
  const { id, slug } = await app.services.collections.create(localAdmin, { name: `EXAMPLEID${made}` });
  collection = slug;
  authorization = await credentialsFor([id], 'write');
});

async function credentialsFor(reach: string[], right: 'read' | 'write'): Promise<string> {
  const [key] = await createKeys(app.services.access, {
    ...{ dialect: 'face-match-expert', right, reach, name: 'test' },
  });
  return key!.secret;
}

function ask(method: string, path: string, json: unknown, headers: Record<string, string> = {}) {
  const url = `/face-match-expert/v1${path}`;
  return call(app.main.address, method, url, { headers: { Authorization: authorization, ...headers }, json });
}

const add = (items: unknown) => ask('POST', `/collection/${collection}/add`, items);
const search = (image: string) => ask('POST', `/collection/${collection}/search/image`, { image });

async function detect(image: string): Promise<Face[]> {
  return (await ask('POST', '/detect', { image })).json as Face[];
}

describe('Face.Match.Expert', () => {
  it('adds images to a collection (22–32)', async () => {
    const { status, json } = await add([
      { id: 'image_01', image: pictures.ann },
      { id: 'image_02', image: pictures.bea },
    ]);
    expect({ status, json }).toEqual({ status: 200, json: {} });
    expect((await search(pictures.bea)).json).toMatchObject([{ id: 'image_02' }]);
  });

  it('adds all of an array or nothing, and says which item was refused (ours)', async () => {
    const { status, json } = await add([
      { id: 'image_01', image: pictures.ann },
      { id: 'image_02', image: pictures.nobody },
    ]);
    expect({ status, json }).toEqual({
      status: 422,
      json: {
        error: 'UNPROCESSABLE ENTITY',
        message: 'Item 1 (id "image_02"): No face was found in the picture',
      },
    });
    expect((await search(pictures.ann)).json).toEqual([]);
  });

  it('refuses an id that is there, and one that comes twice (ours)', async () => {
    await add([{ id: 'image_01', image: pictures.ann }]);
    const again = await add([{ id: 'image_01', image: pictures.bea }]);
    expect({ status: again.status, json: again.json }).toEqual({
      status: 422,
      json: {
        error: 'UNPROCESSABLE ENTITY',
        message: 'Item 0 (id "image_01"): There is an image of this id already',
      },
    });
    const twice = await add([
      { id: 'image_02', image: pictures.bea },
      { id: 'image_02', image: pictures.cleo },
    ]);
    expect(twice.json).toMatchObject({
      message: 'Item 1 (id "image_02"): There is an image of this id already',
    });
  });

  it('tells of each face its data, image and five points (34–47)', async () => {
    const { status, json } = await ask('POST', '/detect', { image: pictures.group });
    expect(status).toBe(200);
    const faces = json as (Face & { faceImage: string })[];
    expect(faces.length).toBeGreaterThan(1);
    for (const face of faces) {
      expect(face).toEqual({
        faceData: expect.stringMatching(/^[\w-]{100,}$/),
        faceImage: expect.stringMatching(/^\/9j\//),
        ...points,
      });
    }
  });

  it('tells no face of a picture of nobody (ours)', async () => {
    expect(await detect(pictures.nobody)).toEqual([]);
  });

  it('finds by face data the image of the same face (49–64)', async () => {
    await add([
      { id: 'image_01', image: pictures.ann },
      { id: 'image_02', image: pictures.bea },
    ]);
    const [face] = await detect(pictures.otherAnn);
    const { status, json } = await ask('POST', `/collection/${collection}/search/face-data`, {
      faceData: face!.faceData,
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: [{ id: 'image_01', similarity: expect.any(Number), ...points }],
    });
    expect((json as Hit[])[0]!.similarity).toBeGreaterThan(0.5);
  });

  it('finds by another picture the image of the same face (66–81)', async () => {
    await add([
      { id: 'image_01', image: pictures.ann },
      { id: 'image_02', image: pictures.bea },
    ]);
    const { status, json } = await search(pictures.otherAnn);
    expect({ status, json }).toEqual({
      status: 200,
      json: [{ id: 'image_01', similarity: expect.any(Number), ...points }],
    });
  });

  it('finds nobody for a stranger (66)', async () => {
    await add([{ id: 'image_01', image: pictures.ann }]);
    const { status, json } = await search(pictures.cleo);
    expect({ status, json }).toEqual({ status: 200, json: [] });
  });

  it('compares two face data (83–91)', async () => {
    const [[ann], [other], [bea]] = await Promise.all([
      detect(pictures.ann),
      detect(pictures.otherAnn),
      detect(pictures.bea),
    ]);
    const compare = async (one: Face, another: Face) =>
      (await ask('POST', '/compare/face-data', { faceData1: one.faceData, faceData2: another.faceData }))
        .json;
    expect(await compare(ann!, ann!)).toEqual({ similarity: 1 });
    const same = (await compare(ann!, other!)) as Hit;
    const different = (await compare(ann!, bea!)) as Hit;
    expect(same.similarity).toBeGreaterThan(0.5);
    expect(different.similarity).toBeLessThan(0.5);
  });

  it('compares two images (93–101)', async () => {
    const compare = async (image1: string, image2: string) => {
      const { status, json } = await ask('POST', '/compare/image', { image1, image2 });
      expect({ status, json }).toEqual({ status: 200, json: { similarity: expect.any(Number) } });
      return (json as Hit).similarity;
    };
    expect(await compare(pictures.ann, pictures.ann)).toBe(1);
    expect(await compare(pictures.ann, pictures.otherAnn)).toBeGreaterThan(0.5);
    expect(await compare(pictures.ann, pictures.bea)).toBeLessThan(0.5);
  });

  it('deletes an image of a collection (103–111)', async () => {
    await add([{ id: 'image_01', image: pictures.ann }]);
    const { status, json } = await ask('DELETE', `/collection/${collection}/delete`, { id: 'image_01' });
    expect({ status, json }).toEqual({ status: 200, json: {} });
    expect((await search(pictures.ann)).json).toEqual([]);
  });
});

describe('the errors of Face.Match.Expert', () => {
  const unauthorized = {
    status: 401,
    json: { error: 'UNAUTHORIZED', message: 'Incorrect user credentials' },
  };

  it.each([
    ['no credentials', ''],
    ['wrong ones', 'ost-1:wrong'],
    ['no password', 'ost-1'],
  ])('refuses %s with 401 (9–14)', async (_, given) => {
    const { status, json } = await ask('POST', '/detect', { image: pictures.ann }, { Authorization: given });
    expect({ status, json }).toEqual(unauthorized);
  });

  it('takes Basic credentials as well (ours)', async () => {
    const basic = `Basic ${Buffer.from(authorization).toString('base64')}`;
    const { status } = await ask('POST', '/detect', { image: pictures.ann }, { Authorization: basic });
    expect(status).toBe(200);
  });

  it('knows no collection beyond its own (15: 404)', async () => {
    const foreign = await app.services.collections.create(localAdmin, { name: `FOREIGN${made}` });
    for (const id of ['NOSUCHID', foreign.slug, foreign.id]) {
      const { status, json } = await ask('POST', `/collection/${id}/search/image`, { image: pictures.ann });
      expect({ status, json }).toEqual({
        status: 404,
        json: { error: 'NOT FOUND', message: 'There is no such collection' },
      });
    }
  });

  it('does not let a reader change a collection (ours)', async () => {
    const { id } = await app.services.collections.get(localAdmin, collection);
    authorization = await credentialsFor([id], 'read');
    const { status, json } = await add([{ id: 'image_01', image: pictures.ann }]);
    expect({ status, json }).toMatchObject({ status: 403, json: { error: 'FORBIDDEN' } });
    expect((await search(pictures.ann)).status).toBe(200);
  });

  it('tells that an image to delete is not there (15: 404)', async () => {
    const { status, json } = await ask('DELETE', `/collection/${collection}/delete`, { id: 'image_09' });
    expect({ status, json }).toEqual({
      status: 404,
      json: { error: 'NOT FOUND', message: 'There is no image of this id in the collection' },
    });
  });

  it('refuses face data that was changed or made elsewhere (16: 422)', async () => {
    const [face] = await detect(pictures.ann);
    const { faceData } = face!;
    const edited = `${faceData.slice(0, 40)}${faceData[40] === 'A' ? 'B' : 'A'}${faceData.slice(41)}`;
    const elsewhere = createFaceData(createSigning(randomBytes(32))).write({
      modelId: 'a-model',
      vector: Float32Array.of(1),
    });
    for (const foreign of [edited, elsewhere, 'ywqAXtKxTKGqolFSWLrSFqwY9s_HrpdWI3k5QEMFa9']) {
      const { status, json } = await ask('POST', '/compare/face-data', {
        faceData1: faceData,
        faceData2: foreign,
      });
      expect({ status, json }).toEqual({
        status: 422,
        json: {
          error: 'UNPROCESSABLE ENTITY',
          message: 'The face data was not made by this installation, or was changed',
        },
      });
    }
  });

  it.each([
    ['no JSON', 'detect', '{', /JSON/],
    ['no image', 'detect', {}, /^image: /],
    ['an image that is no base64', 'detect', { image: '***' }, /base64/],
    ['an image that is none', 'compare/image', { image1: 'U29tZQ==', image2: 'U29tZQ==' }, /picture/i],
    ['no array to add', 'add', { id: 'x', image: '' }, /array/],
    ['an empty array to add', 'add', [], /body: /],
    ['an id of 5 KB', 'add', [{ id: 'x'.repeat(5_000), image: 'U29tZQ==' }], /^0\.id: Too long$/],
    ['an item without id', 'add', [{ image: 'U29tZQ==' }], /^0\.id: /],
  ])('refuses %s with 422 (16)', async (_, endpoint, json, message) => {
    const path = endpoint === 'add' ? `/collection/${collection}/add` : `/${endpoint}`;
    const reply =
      typeof json === 'string'
        ? await call(app.main.address, 'POST', `/face-match-expert/v1${path}`, {
            headers: { Authorization: authorization, 'Content-Type': 'application/json' },
            body: json,
          })
        : await ask('POST', path, json);
    expect({ status: reply.status, json: reply.json }).toEqual({
      status: 422,
      json: { error: 'UNPROCESSABLE ENTITY', message: expect.stringMatching(message) },
    });
  });

  it('refuses several faces in one image that is to be added (ours)', async () => {
    const { status, json } = await add([{ id: 'image_01', image: pictures.group }]);
    expect({ status, json }).toEqual({
      status: 422,
      json: {
        error: 'UNPROCESSABLE ENTITY',
        message: 'Item 0 (id "image_01"): The picture has several faces',
      },
    });
  });

  it('answers what is not there in its own form (15: 404)', async () => {
    const { status, json } = await ask('POST', '/nothing', {});
    expect({ status, json }).toMatchObject({ status: 404, json: { error: 'NOT FOUND' } });
    expect((await ask('PUT', '/detect', {})).status).toBe(405);
  });
});
