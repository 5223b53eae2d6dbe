import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAdmin } from '../../../src/domain/credential.ts';
import type { TestApp } from '../../harness/app.ts';
import { emptyRoom, group, type PortraitName, portrait } from '../../harness/photographs.ts';
import { answerOf, clientFor, type FaceSearchClient, freshClient, startFaceSearch } from './harness.ts';

// The numbers in brackets are lines of Face Search's documentation, R what was recovered from the vendor's other pages;
// "ours" is what neither tells.

type Hit = { person_id: string; similarity_score: number; face_base_64: string };

let app: TestApp;
let client: FaceSearchClient;
let pictures: Record<PortraitName | 'otherAnn' | 'nobody' | 'group', string>;
beforeAll(async () => {
  app = await startFaceSearch();
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
beforeEach(async () => {
  client = await freshClient(app);
});

const ask = (method: string, path: string, json?: unknown) => client.ask(method, path, json);

function person(id: string, face: string, more: object = {}) {
  return {
    collection_name: client.collection,
    ...{ person_id: id, person_name: `Name of ${id}`, face_base_64: face },
    ...{ check_duplicates: false, duplicate_check_min_similarity: 0.7, check_liveness: false },
    ...{ face_storage_type: 'StoreThumbnails', metadata: { DOB: '2000-01-01' } },
    ...more,
  };
}

const put = (id: string, face: string, more: object = {}) => ask('PUT', '/person', person(id, face, more));

function search(face: string, more: object = {}) {
  return ask('POST', '/face-search', {
    ...{ check_liveness: false, collection_name: client.collection, face_base_64: face },
    ...{ min_similarity_score: 0.7, max_results: 1 },
    ...more,
  });
}

async function hitsOf(face: string, more: object = {}): Promise<Hit[]> {
  return (await search(face, more)).json as Hit[];
}

const jpeg = expect.stringMatching(/^\/9j\//);
const hit = (id: string) => ({
  face_base_64: jpeg,
  metadata: { DOB: '2000-01-01' },
  person_id: id,
  person_name: `Name of ${id}`,
  similarity_score: expect.any(Number),
});

describe('searching by Face Search', () => {
  it('finds a person by another picture of her (6–34, 52–65)', async () => {
    await put('F1', pictures.ann);
    await put('F2', pictures.bea);
    const reply = await search(pictures.otherAnn);
    expect(answerOf(reply)).toEqual({ status: 200, json: [hit('F1')] });
    const [{ similarity_score }] = reply.json as [Hit];
    expect(similarity_score).toBeGreaterThan(0.7);
    expect(similarity_score).toBeLessThan(1);
  });

  it('gives nearly 1 to the same picture, and nothing to a stranger (3, 22)', async () => {
    await put('F1', pictures.ann);
    expect((await hitsOf(pictures.ann))[0]!.similarity_score).toBeGreaterThan(0.99);
    expect(answerOf(await search(pictures.cleo))).toEqual({ status: 200, json: [] });
  });

  it('takes .7 and one result when the caller says nothing, and min_score for min_similarity_score (29, 34, R)', async () => {
    await put('F1', pictures.ann);
    await put('F2', pictures.bea);
    const least = { collection_name: client.collection, face_base_64: pictures.ann };
    expect((await ask('POST', '/face-search', least)).json).toMatchObject([{ person_id: 'F1' }]);
    const all = await ask('POST', '/face-search', { ...least, min_score: 0, max_results: 5 });
    expect(all.json).toMatchObject([{ person_id: 'F1' }, { person_id: 'F2' }]);
  });

  it('tells as many as the caller wants, most similar first (4, 34)', async () => {
    await put('F1', pictures.ann);
    await put('F2', pictures.bea);
    await put('F3', pictures.cleo);
    const hits = await hitsOf(pictures.otherAnn, { min_similarity_score: 0, max_results: 2 });
    expect(hits).toHaveLength(2);
    expect(hits[0]!.person_id).toBe('F1');
    expect(hits[1]!.similarity_score).toBeLessThan(hits[0]!.similarity_score);
  });

  it('finds all persons of a picture, and shows the faces of the others (36–50, 66–84)', async () => {
    await put('F1', pictures.ann);
    const reply = await ask('POST', '/multi-face-search', {
      ...{ collection_name: client.collection, multi_face_img_base_64: pictures.group },
      min_similarity_score: 0.7,
    });
    expect(answerOf(reply)).toEqual({
      status: 200,
      json: {
        person_search_results: [hit('F1')],
        unrecognized_face_thumbnails_base_64: expect.arrayContaining([jpeg]),
      },
    });
    const [first] = (reply.json as { unrecognized_face_thumbnails_base_64: string[] })
      .unrecognized_face_thumbnails_base_64;
    expect(await sharp(Buffer.from(first!, 'base64')).metadata()).toMatchObject({ width: 320, height: 320 });
  });

  it('finds who was enrolled through another API, under her name there', async () => {
    const { id } = await app.services.collections.get(localAdmin, client.collection);
    const enrolled = { picture: await portrait('dora'), faces: 'detect', reach: [id] } as const;
    await app.services.people.enrol(
      { ...enrolled, collectionId: id, key: 'Dora' },
      AbortSignal.timeout(60_000),
    );
    expect(await hitsOf(pictures.dora)).toEqual([{ ...hit('Dora'), metadata: {}, person_name: 'Dora' }]);
  });
});

describe('the persons of Face Search', () => {
  it('enrols a person, and puts another face, name and metadata in the place of hers (R)', async () => {
    expect(answerOf(await put('F1', pictures.ann))).toEqual({
      status: 200,
      json: { person_id: 'F1', person_name: 'Name of F1', metadata: { DOB: '2000-01-01' } },
    });
    await put('F1', pictures.bea, { person_name: 'Bea', metadata: {} });
    expect(await hitsOf(pictures.ann)).toEqual([]);
    expect(await hitsOf(pictures.bea)).toMatchObject([{ person_id: 'F1', person_name: 'Bea', metadata: {} }]);
  });

  it('leaves faces that another API enrolled for her where they are', async () => {
    const { id } = await app.services.collections.get(localAdmin, client.collection);
    const enrolled = { picture: await portrait('dora'), faces: 'detect', reach: [id] } as const;
    const asked = { ...enrolled, collectionId: id, key: 'F1' };
    await app.services.people.enrol(asked, AbortSignal.timeout(60_000));
    await put('F1', pictures.ann);
    await put('F1', pictures.bea);
    expect(await hitsOf(pictures.dora)).toMatchObject([{ person_id: 'F1' }]);
    expect(await hitsOf(pictures.bea)).toMatchObject([{ person_id: 'F1' }]);
    expect(await hitsOf(pictures.ann)).toEqual([]);
  });

  it('keeps one face of a person who is put twice at once', async () => {
    await Promise.all([put('F1', pictures.ann), put('F1', pictures.bea)]);
    const { id } = await app.services.collections.get(localAdmin, client.collection);
    const { total } = await app.services.people.listReferences(id, { offset: 0, limit: 10 });
    expect(total).toBe(1);
  });

  it('takes a person without metadata (R)', async () => {
    for (const metadata of [undefined, null]) {
      expect(await put('F1', pictures.ann, { metadata })).toMatchObject({
        status: 200,
        json: { metadata: {} },
      });
    }
  });

  it('tells small from capital letters in an id (R)', async () => {
    await put('f1', pictures.ann);
    await put('F1', pictures.bea);
    expect(await hitsOf(pictures.ann)).toMatchObject([{ person_id: 'f1' }]);
    expect(await hitsOf(pictures.bea)).toMatchObject([{ person_id: 'F1' }]);
  });

  it('keeps of a picture what the caller wants to be kept (R)', async () => {
    await put('none', pictures.ann, { face_storage_type: 'NoStorage' });
    await put('face', pictures.bea, { face_storage_type: 'StoreThumbnails' });
    await put('whole', pictures.cleo, { face_storage_type: 'StoreFullImage' });
    const faceOf = async (picture: string) => (await hitsOf(picture))[0]!.face_base_64;
    expect(await faceOf(pictures.ann)).toBe('');
    expect(await sharp(Buffer.from(await faceOf(pictures.bea), 'base64')).metadata()).toMatchObject({
      width: 320,
    });
    expect(await faceOf(pictures.cleo)).toBe(pictures.cleo);
    const { id } = await app.services.collections.get(localAdmin, client.collection);
    const { references } = await app.services.people.listReferences(id, { offset: 0, limit: 10 });
    const kept = await Promise.all(
      references.map(async (one) => {
        const { crop, hasPicture } = await app.services.people.getReference(id, one.id);
        return [one.key, crop !== undefined, hasPicture];
      }),
    );
    expect(kept).toEqual([
      ['none', false, false],
      ['face', true, false],
      ['whole', true, true],
    ]);
  });

  it('does not enrol who is there under another id, when the caller checks duplicates (R)', async () => {
    await put('F1', pictures.ann);
    const again = await put('F2', pictures.otherAnn, { check_duplicates: true });
    expect(answerOf(again)).toEqual({
      status: 409,
      json: {
        code: 'ERR_DUPLICATE_PERSON',
        message: 'Another person with this face is already enrolled.',
      },
    });
    expect((await put('F1', pictures.otherAnn, { check_duplicates: true })).status).toBe(200);
    const strict = { check_duplicates: true, duplicate_check_min_similarity: 1 };
    expect((await put('F2', pictures.ann, strict)).status).toBe(200);
    expect((await put('F3', pictures.otherAnn)).status).toBe(200);
  });

  it('enrols many persons, and tells of each what became of her (R)', async () => {
    const one = (id: string, face_base_64: string) => ({
      ...{ person_id: id, person_name: id, face_base_64, metadata: { DOB: '2000-01-01' } },
    });
    const body = { collection_name: client.collection, face_storage_type: 'StoreThumbnails' };
    const Persons = [one('F1', pictures.ann), one('F2', pictures.nobody), one('F3', 'no base64')];
    const enrolled = {
      code: 'SUCCESS',
      message: 'The person was enrolled or updated.',
      metadata: { person_id: 'F1' },
    };
    expect(answerOf(await ask('PUT', '/persons', { ...body, Persons }))).toEqual({
      status: 200,
      json: [
        enrolled,
        {
          code: 'ERR_FACE_NOT_DETECTED',
          message: 'A face could not be detected in the image(s).',
          metadata: { person_id: 'F2' },
        },
        {
          code: 'ERR_BASE64_IMAGE_CANNOT_BE_DECODED',
          message: 'The posted Base64 image(s) could not be decoded as JPEG/PNG bytes.',
          metadata: { person_id: 'F3' },
        },
      ],
    });
    expect(await hitsOf(pictures.ann)).toMatchObject([{ person_id: 'F1' }]);
    const small = await ask('PUT', '/persons', { ...body, persons: [one('F1', pictures.bea)] });
    expect(answerOf(small)).toEqual({ status: 200, json: [enrolled] });
  });

  it('tells of a person (ours)', async () => {
    await put('F1', pictures.ann);
    const query = `?collection_name=${client.collection}&person_id=F1`;
    expect(answerOf(await ask('GET', `/person${query}`))).toEqual({
      status: 200,
      json: {
        ...{ person_id: 'F1', person_name: 'Name of F1', metadata: { DOB: '2000-01-01' } },
        face_base_64: jpeg,
      },
    });
  });

  it('removes a person (ours)', async () => {
    await put('F1', pictures.ann);
    const named = { collection_name: client.collection, person_id: 'F1' };
    expect(answerOf(await ask('DELETE', '/person', named))).toEqual({ status: 200, json: {} });
    expect(await hitsOf(pictures.ann)).toEqual([]);
    expect((await ask('DELETE', '/person', named)).status).toBe(404);
  });
});

describe('the collections of Face Search', () => {
  it('makes a collection (R)', async () => {
    const name = `Of.${client.collection}-2`;
    const made = await ask('POST', '/collection', { name });
    expect(answerOf(made)).toEqual({ status: 200, json: { name, num_persons: 0 } });
    await put('F1', pictures.ann, { collection_name: name });
    expect(await hitsOf(pictures.ann, { collection_name: name })).toMatchObject([{ person_id: 'F1' }]);
  });

  it('refuses a name that is there (R)', async () => {
    expect(answerOf(await ask('POST', '/collection', { name: client.collection }))).toEqual({
      status: 409,
      json: { code: 'ERR_ALREADY_EXISTS', message: 'Another entity already exists with the same ID.' },
    });
  });

  it.each(['', 'a b', 'a/b', 'ä', 'a'.repeat(256)])('refuses the name %j (R)', async (name) => {
    expect(answerOf(await ask('POST', '/collection', { name }))).toEqual({
      status: 400,
      json: {
        code: 'ERR_INVALID_COLLECTION_NAME',
        message:
          'Collection names can only contain alphanumeric characters, underscores, hyphens, and periods.',
      },
    });
  });

  it('takes no name for another that is like it, and knows by its slug what has no legal name', async () => {
    const { id, slug } = await app.services.collections.get(localAdmin, client.collection);
    expect(slug).not.toBe(client.collection);
    expect((await ask('DELETE', '/collection', { name: slug })).status).toBe(404);
    await app.services.collections.update(localAdmin, id, { name: 'Main door' });
    expect((await ask('GET', '/collections')).json).toEqual([{ name: slug, num_persons: 0 }]);
    expect((await ask('DELETE', '/collection', { name: slug })).status).toBe(200);
  });

  it('removes a collection with its persons (R)', async () => {
    await put('F1', pictures.ann);
    const named = { name: client.collection };
    expect(answerOf(await ask('DELETE', '/collection', named))).toEqual({ status: 200, json: {} });
    expect((await search(pictures.ann)).status).toBe(404);
    await ask('POST', '/collection', named);
    expect(await hitsOf(pictures.ann)).toEqual([]);
  });

  it('lists the collections that the key reaches (ours)', async () => {
    await put('F1', pictures.ann);
    expect(answerOf(await ask('GET', '/collections'))).toEqual({
      status: 200,
      json: [{ name: client.collection, num_persons: 1 }],
    });
  });
});

describe('comparing by Face Search', () => {
  it('compares two faces (ours)', async () => {
    const compare = async (path: string, face_base_64: string, ref_face_base_64: string, more = {}) =>
      answerOf(await ask('POST', path, { face_base_64, ref_face_base_64, check_liveness: false, ...more }));
    for (const path of ['/face-compare', '/compare']) {
      expect(await compare(path, pictures.ann, pictures.ann)).toEqual({
        status: 200,
        json: { is_match: true, similarity_score: 1 },
      });
    }
    const other = await compare('/compare', pictures.ann, pictures.otherAnn);
    expect(other.json).toMatchObject({ is_match: true });
    expect((await compare('/compare', pictures.ann, pictures.bea)).json).toMatchObject({ is_match: false });
    const strict = { min_similarity_score: 1 };
    expect((await compare('/compare', pictures.ann, pictures.otherAnn, strict)).json).toMatchObject({
      is_match: false,
    });
  });
});

describe('the errors of Face Search', () => {
  const undecodable = {
    status: 400,
    json: {
      code: 'ERR_BASE64_IMAGE_CANNOT_BE_DECODED',
      message: 'The posted Base64 image(s) could not be decoded as JPEG/PNG bytes.',
    },
  };
  const notFound = {
    status: 404,
    json: { code: 'ERR_NOT_FOUND', message: 'The requested entity could not be found.' },
  };

  it('tells that no face is in the picture (85–89)', async () => {
    for (const reply of [await search(pictures.nobody), await put('F1', pictures.nobody)]) {
      expect(answerOf(reply)).toEqual({
        status: 400,
        json: {
          code: 'ERR_FACE_NOT_DETECTED',
          message: 'A face could not be detected in the image(s).',
        },
      });
    }
  });

  it('wants a key (89–93)', async () => {
    const reply = await fetch(`${app.main.address}/face-search/collections`);
    expect({ status: reply.status, json: await reply.json() }).toEqual({
      status: 401,
      json: { code: 'ERR_API_KEY_NOT_PRESENT', message: 'The API key is missing from the request.' },
    });
  });

  it('refuses a wrong key (93–97)', async () => {
    const headers = { 'x-api-key': 'wrong' };
    const reply = await fetch(`${app.main.address}/face-search/collections`, { headers });
    expect({ status: reply.status, json: await reply.json() }).toEqual({
      status: 401,
      json: { code: 'ERR_API_KEY_NOT_VALID', message: 'The API key is not valid.' },
    });
  });

  it('knows no collection beyond those that the key reaches (97–101)', async () => {
    const foreign = await freshClient(app);
    for (const collection_name of ['NoSuch', foreign.collection]) {
      expect(answerOf(await search(pictures.ann, { collection_name }))).toEqual(notFound);
      expect(answerOf(await put('F1', pictures.ann, { collection_name }))).toEqual(notFound);
      expect(answerOf(await ask('DELETE', '/collection', { name: collection_name }))).toEqual(notFound);
    }
  });

  it.each([
    ['no base64', '***'],
    ['no picture', 'U2Vjb25kIGltYWdl'],
    ['a long text that is no base64', '*'.repeat(10_000)],
  ])('refuses %s as a picture (110–114)', async (_, face) => {
    expect(answerOf(await search(face))).toEqual(undecodable);
    expect(answerOf(await put('F1', face))).toEqual(undecodable);
  });

  it.each([
    ['no collection', { collection_name: undefined }, /^collection_name: /],
    ['no picture', { face_base_64: undefined }, /^face_base_64: /],
    ['a similarity above 1', { min_similarity_score: 7 }, /^min_similarity_score: /],
    ['no results at all', { max_results: 0 }, /^max_results: /],
    ['a word for a flag', { check_liveness: 'yes' }, /^check_liveness: /],
    ['a collection name of 5 KB', { collection_name: 'a'.repeat(5_000) }, /^collection_name: Too long$/],
  ])('refuses a search with %s (ours)', async (_, more, details) => {
    expect(answerOf(await search(pictures.ann, more))).toEqual({
      status: 400,
      json: {
        code: 'ERR_INVALID_REQUEST',
        message: 'The posted JSON is malformed or contains fields that are not of the correct type.',
        metadata: { details: expect.stringMatching(details) },
      },
    });
  });

  it.each([
    ['an empty id', { person_id: '' }, /^person_id: /],
    ['an unknown storage type', { face_storage_type: 'All' }, /^face_storage_type: /],
    ['metadata that are no texts', { metadata: { age: 7 } }, /^metadata.age: /],
    ['a metadata value of 5 KB', { metadata: { note: 'a'.repeat(5_000) } }, /^metadata.note: Too long$/],
  ])('refuses a person with %s (ours)', async (_, more, details) => {
    expect(answerOf(await put('F1', pictures.ann, more))).toMatchObject({
      status: 400,
      json: { code: 'ERR_INVALID_REQUEST', metadata: { details: expect.stringMatching(details) } },
    });
  });

  it('takes JSON only, and not too much of it (ours)', async () => {
    const url = `${app.main.address}/face-search/face-search`;
    const send = (type: string, body: string) =>
      fetch(url, { method: 'POST', headers: { 'x-api-key': client.key, 'Content-Type': type }, body });
    const plain = await send('text/plain', '{}');
    expect({ status: plain.status, json: await plain.json() }).toEqual({
      status: 415,
      json: {
        code: 'ERR_UNSUPPORTED_MEDIA_TYPE',
        message: 'The Content-Type must be application/json.',
      },
    });
    const broken = await send('application/json', '{"collection_name":');
    expect({ status: broken.status, json: await broken.json() }).toMatchObject({
      status: 400,
      json: { code: 'ERR_INVALID_REQUEST' },
    });
    const large = await search('A'.repeat(20 * 1024 * 1024));
    expect(large).toMatchObject({ status: 413, json: { code: 'ERR_REQUEST_TOO_LARGE' } });
  });

  it('enrols no picture of several persons (R)', async () => {
    expect(answerOf(await put('F1', pictures.group))).toEqual({
      status: 400,
      json: {
        code: 'ERR_MULTIPLE_FACES_DETECTED',
        message: 'The image contains several faces; it should have only one.',
      },
    });
  });

  it('does not let a reader change a collection (ours)', async () => {
    const { id } = await app.services.collections.get(localAdmin, client.collection);
    const reader = await clientFor(app, [id], 'read');
    expect(answerOf(await reader.ask('PUT', '/person', person('F1', pictures.ann)))).toEqual({
      status: 403,
      json: { code: 'ERR_FORBIDDEN', message: 'The API key may not change collections.' },
    });
  });

  it('answers what is not there in its own form (ours)', async () => {
    expect(answerOf(await ask('GET', '/nothing'))).toEqual(notFound);
    expect(answerOf(await ask('PATCH', '/person', {}))).toEqual({
      status: 405,
      json: { code: 'ERR_METHOD_NOT_ALLOWED', message: 'This does not take PATCH.' },
    });
  });
});
