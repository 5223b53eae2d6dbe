import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CompreFace } from '@exadel/compreface-js-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { groupPath, type PortraitName, portrait } from '../../harness/photographs.ts';
import { box, pluginFields, rounded, roundedBox } from '../../harness/wire-shapes.ts';

// CompreFace's own JavaScript client, unmodified, against CompreFace's own port. It takes files by relative path.

type Example = { image_id: string; subject: string };
type Face = { similarity: number; subjects: { subject: string; similarity: number }[] };
type Faces = { result: Face[]; plugins_versions?: object };
type Verified = { result: { source_image_face: object; face_matches: Face[] }[] };
type Picture = string | Buffer;

/** The client as it is; its own type declarations lack half of it. */
type Sdk = {
  initFaceRecognitionService(key: string): {
    recognize(picture: Picture, options: object): Promise<Faces>;
    getFaceCollection(): {
      list(): Promise<object>;
      add(picture: Picture, subject: string, options?: object): Promise<Example>;
      verify(picture: Picture, imageId: string, options?: object): Promise<Faces>;
      delete(imageId: string): Promise<Example>;
      delete_multiple_images(imageIds: string[]): Promise<Example[]>;
      delete_all_subject(subject: string): Promise<object>;
      delete_all(): Promise<object>;
    };
    getSubjects(): {
      list(): Promise<object>;
      add(subject: string): Promise<object>;
      rename(subject: string, to: string): Promise<object>;
      delete(subject: string): Promise<object>;
      deleteAll(): Promise<object>;
    };
  };
  initFaceDetectionService(key: string): { detect(picture: Picture, options?: object): Promise<Faces> };
  initFaceVerificationService(key: string): {
    verify(source: Picture, target: Picture, options: object): Promise<Verified>;
  };
};
const Client = CompreFace as unknown as new (server: string, port: number, options?: object) => Sdk;

let app: TestApp;
let folder: string;
const files = {} as Record<`${PortraitName} ${'first' | 'other'}`, string>;

beforeAll(async () => {
  // The client prints the key of each request for subjects.
  vi.spyOn(console, 'log').mockReturnValue();
  app = await startTestApp();
  folder = await mkdtemp(join(tmpdir(), 'ostiary-sdk-'));
  for (const name of ['ann', 'bea', 'cleo'] as const) {
    for (const take of ['first', 'other'] as const) {
      const file = join(folder, `${name}-${take}.${take === 'first' ? 'jpg' : 'png'}`);
      await writeFile(file, await portrait(name, take));
      files[`${name} ${take}`] = relative(process.cwd(), file);
    }
  }
});
afterAll(async () => {
  vi.restoreAllMocks();
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(() => collection().delete_all());

function client(options?: object) {
  return new Client('http://127.0.0.1', app.compreface.port, options);
}
const recognition = (options?: object) => client(options).initFaceRecognitionService(app.keys.recognition);
const detection = (options?: object) => client(options).initFaceDetectionService(app.keys.detection);
const verification = (options?: object) => client(options).initFaceVerificationService(app.keys.verification);
/** A fresh one each time: the client appends to its own URL. */
const collection = () => recognition().getFaceCollection();
const subjects = () => recognition().getSubjects();

async function base64(name: PortraitName, take: 'first' | 'other' = 'first'): Promise<string> {
  return (await portrait(name, take)).toString('base64');
}

describe('the face collection of the SDK', () => {
  it('adds from a file and lists', async () => {
    const added = await collection().add(files['ann first'], 'Ann', {});
    expect(added).toEqual({ image_id: expect.any(String), subject: 'Ann' });
    expect(await collection().list()).toEqual({
      faces: [added],
      page_number: 0,
      page_size: 20,
      total_pages: 1,
      total_elements: 1,
    });
  });

  it('adds from base64, and with a threshold', async () => {
    expect(await collection().add(await base64('ann'), 'Ann', {})).toMatchObject({ subject: 'Ann' });
    const options = { det_prob_threshold: 0.2 };
    expect(await collection().add(files['bea first'], 'Bea', options)).toMatchObject({ subject: 'Bea' });
    await expect(
      collection().add(files['bea first'], 'Bea', { det_prob_threshold: 1 }),
    ).rejects.toMatchObject({
      response: { status: 400, data: { code: 28 } },
    });
  });

  it('adds from bytes, though the client forgets to name the boundary', async () => {
    expect(await collection().add(await portrait('ann'), 'Ann', {})).toMatchObject({ subject: 'Ann' });
  });

  it('verifies a picture against an example', async () => {
    const { image_id } = await collection().add(files['bea first'], 'Bea');
    const options = { limit: 1, face_plugins: 'landmarks', status: 'true' };
    const { result } = await collection().verify(files['bea other'], image_id, options);
    expect(result).toEqual([
      expect.objectContaining({ ...pluginFields.landmarks, subject: 'Bea', box: roundedBox }),
    ]);
    expect(result[0]!.similarity).toBeGreaterThan(0.5);
    const stranger = await collection().verify(await base64('ann'), image_id, {});
    expect(stranger.result[0]!.similarity).toBeLessThan(0.5);
  });

  it('deletes one, several, those of a subject, and all', async () => {
    const add = async (subject: string) => (await collection().add(files['ann first'], subject)).image_id;
    const [one, two, three] = [await add('Ann'), await add('Bea'), await add('Bea')];
    expect(await collection().delete(one)).toEqual({ image_id: one, subject: 'Ann' });
    expect(await collection().delete_multiple_images([two, one])).toEqual([
      { image_id: two, subject: 'Bea' },
    ]);
    expect(await collection().delete_all_subject('Bea')).toEqual({ deleted: 1 });
    await expect(collection().delete(three)).rejects.toMatchObject({ response: { status: 404 } });
    await add('Ann');
    await add('Bea');
    expect(await collection().delete_all()).toEqual({ deleted: 2 });
    expect(await collection().list()).toMatchObject({ faces: [], total_elements: 0 });
  });
});

describe('the subjects of the SDK', () => {
  it('are added, listed, renamed, and deleted one by one and all', async () => {
    expect(await subjects().add('Ann')).toEqual({ subject: 'Ann' });
    await subjects().add('Bea');
    expect(await subjects().list()).toEqual({ subjects: ['Ann', 'Bea'] });
    expect(await subjects().rename('Ann', 'Anna')).toEqual({ updated: true });
    expect(await subjects().delete('Bea')).toEqual({ subject: 'Bea' });
    expect(await subjects().list()).toEqual({ subjects: ['Anna'] });
    expect(await subjects().deleteAll()).toEqual({ deleted: 1 });
  });

  it('reject with the server’s own words', async () => {
    await expect(subjects().delete('Nobody')).rejects.toMatchObject({
      response: { status: 404, data: { message: 'Subject Nobody not found', code: 42 } },
    });
  });
});

describe('the recognition of the SDK', () => {
  it('names people from a file and from base64, with every option', async () => {
    await collection().add(files['bea first'], 'Bea', {});
    await collection().add(files['cleo first'], 'Cleo', {});
    const options = {
      limit: 4,
      prediction_count: 2,
      det_prob_threshold: 0.2,
      face_plugins: 'landmarks,age',
      status: 'true',
    };
    const fromFile = await recognition().recognize(groupPath(6), options);
    expect(fromFile.result).toHaveLength(4);
    const best = fromFile.result.map(({ subjects: [first] }) => first!);
    const sure = best.filter(({ similarity }) => similarity > 0.9);
    expect(sure.map(({ subject }) => subject).toSorted()).toEqual(['Bea', 'Cleo']);
    const fromText = await recognition().recognize(await base64('cleo', 'other'), {});
    expect(fromText.result).toEqual([
      { box: roundedBox, subjects: [{ subject: 'Cleo', similarity: rounded, image_id: expect.any(String) }] },
    ]);
  });

  it('takes its options from the client as well', async () => {
    await collection().add(files['bea first'], 'Bea', {});
    const service = recognition({ limit: 1, face_plugins: 'calculator' });
    const { result } = await service.recognize(groupPath(6), {});
    expect(result).toEqual([expect.objectContaining(pluginFields.calculator)]);
  });
});

describe('the detection of the SDK', () => {
  it('finds faces from a file and from base64', async () => {
    expect(await detection().detect(groupPath(6), { limit: 2 })).toEqual({ result: [{ box }, { box }] });
    const options = { det_prob_threshold: 0.3, face_plugins: 'gender', status: 'true' };
    const { result, plugins_versions } = await detection().detect(await base64('ann'), options);
    expect(result).toEqual([expect.objectContaining({ box, ...pluginFields.gender })]);
    expect(plugins_versions).toHaveProperty('gender');
  });

  describe('from a URL', () => {
    let pictures: Server;
    beforeAll(async () => {
      pictures = createServer((_request, response) => {
        response.setHeader('Content-Type', 'image/jpeg');
        createReadStream(groupPath(3)).pipe(response);
      });
      await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => pictures.close());

    it('takes what the client fetches itself', async () => {
      const { port } = pictures.address() as AddressInfo;
      const { result } = await detection().detect(`http://127.0.0.1:${port}/photograph.jpg`, { limit: 0 });
      expect(result).toHaveLength(3);
    });
  });
});

describe('the verification of the SDK', () => {
  it('compares two files, and two base64 texts', async () => {
    const same = await verification().verify(files['bea first'], files['bea other'], { limit: 1 });
    expect(same.result).toEqual([
      { source_image_face: { box: roundedBox }, face_matches: [{ box: roundedBox, similarity: rounded }] },
    ]);
    expect(same.result[0]!.face_matches[0]!.similarity).toBeGreaterThan(0.5);
    const options = { face_plugins: 'pose', status: 'true' };
    const other = await verification().verify(await base64('ann'), await base64('bea'), options);
    expect(other.result[0]!.source_image_face).toMatchObject(pluginFields.pose);
    expect(other.result[0]!.face_matches[0]!.similarity).toBeLessThan(0.5);
  });

  it('compares bytes, though the client forgets to name the boundary', async () => {
    const { result } = await verification().verify(await portrait('ann'), await portrait('ann'), {});
    expect(result[0]!.face_matches[0]!.similarity).toBe(1);
  });
});
