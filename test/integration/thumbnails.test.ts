import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAdmin } from '../../src/domain/credential.ts';
import { createEnfaceDialect } from '../../src/http/dialects/enface/dialect.ts';
import { createFaceSearchDialect } from '../../src/http/dialects/face-search/dialect.ts';
import { createKeys } from '../../src/services/keys.ts';
import { createRegistered } from '../../src/services/registered.ts';
import { startTestApp, type TestApp } from '../harness/app.ts';
import { openFindFace } from '../harness/findface.ts';
import { type Call, call } from '../harness/http-client.ts';
import { openOwnDialect } from '../harness/own-api.ts';
import { portrait } from '../harness/photographs.ts';

/** Where the operator has pictures kept small, each API shows the small one. */

let app: TestApp;
let ann: Buffer;
let small: Buffer;
beforeAll(async () => {
  app = await startTestApp({
    pictures: 'thumbnail',
    dialects: (services) => [
      createEnfaceDialect(services),
      createFaceSearchDialect({ ...services, registered: createRegistered(services) }),
      openFindFace(services),
      openOwnDialect(services),
    ],
  });
  ann = await sharp(await portrait('ann'))
    .withExif({ IFD0: { Artist: 'Ann' } })
    .toBuffer();
  const asked = { picture: ann, faces: 'detect', maxFaces: 1, crop: false, embed: false } as const;
  const wish = { ...asked, thumbnail: true, attributes: [], priority: 'interactive' } as const;
  small = Buffer.from((await app.services.vision.analyse(wish)).thumbnail!);
});
afterAll(() => app[Symbol.asyncDispose]());

/** A collection of its own and a credential of that dialect for it. */
async function open(dialect: 'enface' | 'face-search' | 'findface' | 'ostiary') {
  const { id, slug } = await app.services.collections.create(localAdmin, { name: `of-${dialect}` });
  const [key] = await createKeys(app.services.access, {
    ...{ dialect, right: 'write', reach: [id], name: 'test' },
  });
  return { id, slug, key: key!.secret };
}
const ask = (method: string, path: string, more: Call) => call(app.main.address, method, path, more);
const formOf = (name: string) => {
  const form = new FormData();
  form.append(name, new Blob([Uint8Array.from(ann)]), 'ann.jpg');
  return form;
};
const keptIn = async (collectionId: string) => {
  const { references } = await app.services.people.listReferences(collectionId, { offset: 0, limit: 2 });
  const [{ id, hasPicture }] = references as [(typeof references)[0]];
  expect([references.length, hasPicture]).toEqual([1, true]);
  return Buffer.from((await app.services.people.readPicture(collectionId, id)) ?? []);
};

describe('a picture that is kept small', () => {
  it('has no trace of the file that it was', async () => {
    const { width, height, exif } = await sharp(small).metadata();
    expect([width, height, exif]).toEqual([229, 320, undefined]);
    expect((await sharp(ann).metadata()).exif?.toString('latin1')).toContain('Ann');
  });

  it('is what CompreFace downloads, and not what stands there once it is deleted', async () => {
    const faces = '/compreface/api/v1/recognition/faces';
    const key = app.keys.recognition;
    const { json } = await ask('POST', `${faces}?subject=Ann`, { key, files: [{ bytes: ann }] });
    const { image_id: id } = json as { image_id: string };
    const { headers, bytes } = await ask('GET', `${faces}/${id}/img`, { key });
    expect(bytes.equals(small)).toBe(true);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect((await ask('GET', '/compreface/api/v1/consistence/status', { key })).json).toMatchObject({
      saveImagesToDB: true,
    });
    await ask('DELETE', `${faces}/${id}`, { key });
    expect((await ask('GET', `${faces}/${id}/img`, { key })).bytes).toHaveLength(0);
  });

  it('is what our own API tells to be a JPEG', async () => {
    const { id, slug, key } = await open('ostiary');
    const headers = { 'Content-Type': 'application/octet-stream' };
    const faces = `/ostiary/v1/collections/${slug}/persons/Ann/references`;
    const { json } = await ask('POST', faces, { key, body: ann, headers });
    const { referenceId } = json as { referenceId: string };
    const picture = `/ostiary/v1/collections/${slug}/references/${referenceId}/picture`;
    const answer = await ask('GET', picture, { key });
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.bytes.equals(small)).toBe(true);
    expect((await keptIn(id)).equals(small)).toBe(true);
  });

  it('is what Enface shows under an image’s link', async () => {
    const { id, key: token } = await open('enface');
    const headers = { token };
    const { json } = await ask('POST', '/enface/v1/person/create', { headers, body: formOf('image') });
    const { image_url: url } = (json as { persons_new: { image_url: string }[][] }).persons_new[0]![0]!;
    const answer = await ask('GET', url, {});
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.bytes.equals(small)).toBe(true);
    expect((await keptIn(id)).equals(small)).toBe(true);
  });

  it('is what Face Search keeps where a full image is wished for', async () => {
    const { id, key } = await open('face-search');
    const person = { collection_name: 'of-face-search', person_id: 'A1' };
    const face = { face_base_64: ann.toString('base64'), face_storage_type: 'StoreFullImage' };
    await ask('PUT', '/face-search/person', { key, json: { ...person, ...face, person_name: 'Ann' } });
    const { json } = await ask('GET', `/face-search/person?${new URLSearchParams(person)}`, { key });
    expect((json as { face_base_64: string }).face_base_64).toBe(small.toString('base64'));
    expect((await keptIn(id)).equals(small)).toBe(true);
  });

  it('is what FindFace shows under a photo’s link', async () => {
    const { id, key } = await open('findface');
    const headers = { Authorization: `Token ${key}` };
    const { json } = await ask('POST', '/findface/v1/face', { headers, body: formOf('photo') });
    const [{ photo }] = (json as { results: [{ photo: string }] }).results;
    const answer = await ask('GET', photo, {});
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.bytes.equals(small)).toBe(true);
    expect((await keptIn(id)).equals(small)).toBe(true);
  });
});
