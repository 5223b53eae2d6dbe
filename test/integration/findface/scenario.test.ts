import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

describe.each(['/v0', '/v1', ''])('FindFace at %s/', (version) => {
  it('makes a gallery, enrols two, tells them and a stranger apart, and forgets one', async () => {
    const { photos } = stage;
    const client = await stage.client();
    const found = async (photo: Buffer, path = '/identify') => {
      const { json } = await client.form(version + path, { photo });
      const [faces] = Object.values(
        (json as { results: Record<string, { face: { meta: string } }[]> }).results,
      );
      return faces!.map(({ face }) => face.meta);
    };

    expect((await client.post(`${version}/galleries/testgal`)).status).toBe(201);
    const ann = await client.add({ photo: photos.ann, meta: 'Ann', galleries: 'testgal' }, `${version}/face`);
    await client.add({ photo: photos.bea, meta: 'Bea' }, `${version}/face`);

    expect(await found(photos.otherAnn)).toEqual(['Ann']);
    expect(await found(photos.otherAnn, '/faces/gallery/testgal/identify/')).toEqual(['Ann']);
    expect(await found(photos.bea)).toEqual(['Bea']);
    expect(await found(photos.bea, '/faces/gallery/testgal/identify/')).toEqual([]);
    expect(await found(photos.cleo)).toEqual([]);
    const same = await client.form(`${version}/verify`, { photo1: photos.ann, photo2: photos.otherAnn });
    expect(same.json).toMatchObject({ verified: true });
    const different = await client.form(`${version}/verify`, { photo1: photos.ann, photo2: photos.bea });
    expect(different.json).toMatchObject({ verified: false });

    const gone = await client.delete(`${version}/face/id/${ann.id}`);
    expect({ status: gone.status, body: gone.bytes.toString() }).toEqual({ status: 204, body: '' });
    expect(await found(photos.otherAnn)).toEqual([]);
    expect(await found(photos.bea)).toEqual(['Bea']);
  });
});
