import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { hasEnded, type Job } from '../../../src/domain/job.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import type { ImportPatience } from '../../../src/services/compreface-import.ts';
import { type Fate, openRelay } from '../../fixtures/fetching/relay.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../../harness/app.ts';
import { patience } from '../../harness/command.ts';
import { call } from '../../harness/http-client.ts';
import { startOwnApi } from '../../harness/own-api.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';
import { openTestVision } from '../../harness/vision.ts';

const short = { firstMs: 1, maxMs: 5, totalMs: 60 };
const importPatience: ImportPatience = { list: short, picture: short };
const never = new AbortController().signal;
const faces = '/api/v1/recognition/faces';

let there: TestApp;
/** Ids over there, by whom they show. */
const ids: Record<'ann' | 'annAgain' | 'bea' | 'room' | 'group', string> = {
  ...{ ann: '', annAgain: '', bea: '', room: '', group: '' },
};

async function save(subject: string, bytes: Uint8Array, query = ''): Promise<string> {
  const path = `${faces}?subject=${encodeURIComponent(subject)}${query}`;
  const saved = await call(there.compreface.address, 'POST', path, {
    ...{ key: there.keys.recognition, files: [{ bytes }] },
  });
  expect(saved.status).toBe(201);
  return (saved.json as { image_id: string }).image_id;
}

beforeAll(async () => {
  there = await startTestApp({ store: 'memory' });
  ids.ann = await save('Ann "of" the door', await portrait('ann'));
  ids.bea = await save('Bëa', await portrait('bea'));
  // They were taken as face crops, so that nobody asked whether just one face is on them.
  ids.room = await save('Nobody', await emptyRoom(), '&detect_faces=false');
  ids.group = await save('Bëa', group(6), '&detect_faces=false');
  ids.annAgain = await save('Ann "of" the door', await portrait('ann', 'other'));
  await there.services.people.add(there.collection.id, 'Later');
});
afterAll(() => there[Symbol.asyncDispose]());

async function openHere(options: TestAppOptions = {}): Promise<TestApp> {
  return startTestApp({ store: 'memory', importPatience, ...options });
}

function begin(here: TestApp, url = there.compreface.address, key = there.keys.recognition): Promise<Job> {
  const wish = { url, key, collectionId: here.collection.id, isLocal: true };
  return here.services.compreFaceImports.begin(wish, never);
}

async function ended({ services }: TestApp, { id }: Job): Promise<Job> {
  return vi.waitFor(async () => {
    const found = await services.jobs.get(id);
    expect(hasEnded(found)).toBe(true);
    return found;
  }, patience);
}

/** Whose picture is which, and who has none. */
async function contentsOf({ services: { gallery, people }, collection: { id } }: TestApp) {
  const { references } = await gallery.listReferences(id, { offset: 0, limit: 100 });
  const pictures = await Promise.all(references.map((one) => people.readPicture(id, one.id)));
  return {
    images: references.map(({ key, metadata }) => [key, metadata['compreface.image_id']]).toSorted(),
    subjects: (await people.list(id)).map(({ key }) => key).toSorted(),
    pictures: pictures.map((bytes) => bytes?.length).toSorted(),
  };
}

const refused = (imageId: string, code: string) => ({ imageId, code, message: expect.any(String) });

describe('an import from a CompreFace', () => {
  test('brings all subjects with their pictures, tells what failed, and a second time adds nothing', async () => {
    await using here = await openHere();
    expect(await ended(here, await begin(here))).toMatchObject({
      state: 'done',
      progress: { done: 5, total: 5 },
      report: {
        examples: { added: 3, present: 0, failed: 2 },
        subjects: { added: 2, present: 0, failed: 0 },
        failures: [refused(ids.room, 'no-face'), refused(ids.group, 'several-faces')],
      },
    });
    const contents = await contentsOf(here);
    expect(contents.subjects).toEqual(['Ann "of" the door', 'Bëa', 'Later', 'Nobody']);
    expect(contents.images).toEqual(
      [
        ['Ann "of" the door', ids.ann],
        ['Ann "of" the door', ids.annAgain],
        ['Bëa', ids.bea],
      ].toSorted(),
    );
    const sizes = [await portrait('ann'), await portrait('ann', 'other'), await portrait('bea')];
    expect(contents.pictures).toEqual(sizes.map(({ length }) => length).toSorted());
    // Whoever is called otherwise here, or has a picture of hers moved, is known all the same.
    await here.services.people.rename(here.collection.id, 'Bëa', 'Beatrice');
    await using relay = await openRelay(there.compreface.address, () => 'pass');
    expect((await ended(here, await begin(here, relay.url))).report).toMatchObject({
      examples: { added: 0, present: 3, failed: 2 },
      subjects: { added: 0, present: 2, failed: 0 },
    });
    expect(relay.asked.filter((path) => path.endsWith('/img'))).toHaveLength(2);
    expect((await contentsOf(here)).subjects).toEqual(['Ann "of" the door', 'Beatrice', 'Later', 'Nobody']);
    expect((await contentsOf(here)).images).toHaveLength(3);
  });

  test('asks of each face what enrolment asks here', async () => {
    await using here = await openHere({ enrolment: { minFacePixels: 2_000 } });
    const job = await ended(here, await begin(here));
    expect(job.report).toMatchObject({ examples: { added: 0, failed: 5 }, subjects: { added: 4 } });
    expect(job.report).toMatchObject({
      failures: expect.arrayContaining([refused(ids.ann, 'face-too-small')]),
    });
  });

  test('tries again what does not come at once, and leaves out what never does', async () => {
    await using here = await openHere();
    let tries = 0;
    await using relay = await openRelay(there.compreface.address, (path) => {
      if (path.includes(ids.bea)) return 'break';
      tries++;
      return tries % 3 === 0 ? { status: 503 } : tries % 5 === 0 ? 'break' : 'pass';
    });
    tries = 0;
    const job = await ended(here, await begin(here, relay.url));
    expect(job).toMatchObject({ state: 'done', report: { examples: { added: 2, failed: 3 } } });
    expect(job.report).toMatchObject({
      failures: expect.arrayContaining([refused(ids.bea, 'url-failed')]),
      subjects: { added: 3 },
    });
  });

  test('leaves out a picture that was not saved or is too large', async () => {
    await using here = await openHere();
    await using relay = await openRelay(there.compreface.address, (path) => {
      if (path.includes(ids.ann)) return { status: 200 };
      if (path.includes(ids.bea)) return { status: 404, body: '{"message": "Image not found", "code": 44}' };
      if (path.includes(ids.annAgain)) return { status: 200, body: 'x'.repeat(5 * 1024 * 1024 + 1) };
      return 'pass';
    });
    const job = await ended(here, await begin(here, relay.url));
    expect(job).toMatchObject({ state: 'done', report: { examples: { added: 0, failed: 5 } } });
    expect(job.report).toMatchObject({
      failures: expect.arrayContaining([
        refused(ids.ann, 'reference-unknown'),
        refused(ids.bea, 'reference-unknown'),
        refused(ids.annAgain, 'too-large'),
      ]),
    });
  });

  test('leaves out a picture that brings the engine down each time', async () => {
    const vision = await openTestVision();
    const poison = await portrait('bea');
    let falls = 0;
    await using here = await openHere({
      vision: withOwn<Vision>(vision, {
        async analyse(request, signal) {
          if (!poison.equals(request.picture)) return vision.analyse(request, signal);
          falls++;
          throw new AppError('vision-down', 'It ended');
        },
      }),
    });
    expect(await ended(here, await begin(here))).toMatchObject({
      ...{ state: 'done', report: { examples: { added: 2, failed: 3 } } },
    });
    expect(falls).toBe(3);
  });

  test('fails when the other one dies, and is begun again when it is back', async () => {
    await using here = await openHere();
    let isAlive = true;
    let pictures = 0;
    await using relay = await openRelay(there.compreface.address, (path) => {
      if (path.endsWith('/img') && ++pictures === 3) isAlive = false;
      return isAlive ? 'pass' : 'break';
    });
    expect(await ended(here, await begin(here, relay.url))).toMatchObject({
      state: 'failed',
      error: {
        code: 'url-failed',
        message: expect.stringMatching(/No answer came .*Begin the import again when it answers/),
      },
    });
    await expect(begin(here, relay.url)).rejects.toMatchObject({ code: 'url-failed' });
    isAlive = true;
    expect((await ended(here, await begin(here, relay.url))).report).toMatchObject({
      examples: { added: 1, present: 2, failed: 2 },
    });
    expect((await contentsOf(here)).images).toHaveLength(3);
  });

  test('looks again for what slipped between two pages', async () => {
    await using here = await openHere();
    const wholeList = { faces: [ids.ann, ids.bea].map((image_id) => ({ image_id, subject: 'All' })) };
    let lists = 0;
    await using relay = await openRelay(there.compreface.address, (path) => {
      if (!path.startsWith(`${faces}?page=0&size=200`)) return 'pass';
      const listed = ++lists === 1 ? wholeList.faces.slice(0, 1) : wholeList.faces.toReversed();
      return { status: 200, body: JSON.stringify({ faces: listed, total_elements: 2 }) };
    });
    const job = await ended(here, await begin(here, relay.url));
    expect(job.report).toMatchObject({ examples: { added: 2 } });
    expect(lists).toBe(2);
  });

  test('says that the key is refused, at the beginning and in the middle', async () => {
    await using here = await openHere();
    const says = { code: 'bad-input', message: expect.stringContaining('refuses the key') };
    const url = there.compreface.address;
    await expect(begin(here, url, '00000000-0000-4000-8000-000000000000')).rejects.toMatchObject(says);
    await expect(begin(here, url, 'no-uuid')).rejects.toMatchObject(says);
    await expect(begin(here, url, there.keys.detection)).rejects.toMatchObject(says);
    let isRevoked = false;
    await using relay = await openRelay(url, (path) => {
      if (isRevoked) return { status: 401 };
      isRevoked = path.endsWith('/img');
      return 'pass';
    });
    expect(await ended(here, await begin(here, relay.url))).toMatchObject({ state: 'failed', error: says });
  });

  test('refuses what is no CompreFace, sends elsewhere or is no address', async () => {
    await using here = await openHere();
    let fate: Fate = 'pass';
    await using relay = await openRelay(there.compreface.address, () => fate);
    const refusals: readonly (readonly [Fate, string])[] = [
      [{ status: 200, body: '<html>Hello</html>' }, 'no CompreFace at this address'],
      [{ status: 200, body: '{"faces": [1]}' }, 'no CompreFace at this address'],
      [{ status: 200, body: ' '.repeat(5 * 1024 * 1024) }, 'no CompreFace at this address'],
      [{ status: 404 }, 'no CompreFace at this address'],
      [{ status: 302, headers: { Location: `${relay.url}/elsewhere` } }, 'leads elsewhere'],
    ];
    for (const [given, message] of refusals) {
      fate = given;
      await expect(begin(here, relay.url)).rejects.toMatchObject({
        ...{ code: 'bad-input', message: expect.stringContaining(message) },
      });
    }
    expect(relay.asked).toHaveLength(refusals.length);
    for (const url of [
      'ftp://host',
      'host:8000',
      'http://ann:secret@host',
      'http://host?x=1',
      'http://host#x',
    ]) {
      await expect(begin(here, url)).rejects.toMatchObject({ code: 'bad-input' });
    }
  });

  test('asks no address for a caller from afar, and keeps the key out of all that can be read', async () => {
    const { app: here, ask } = await startOwnApi({ store: 'memory', importPatience });
    await using _closed = here;
    const json = { url: there.compreface.address, key: there.keys.recognition };
    expect(await ask('POST', '/imports/compreface', { json })).toMatchObject({
      ...{ status: 400, json: { error: { code: 'url-refused' } } },
    });
    await ended(here, await begin(here));
    const read = await Promise.all(
      ['/jobs', '/audit'].map(async (path) => (await ask('GET', path)).bytes.toString()),
    );
    expect(read[0]).toContain('import-compreface');
    expect(read[1]).toContain('gallery-imported');
    const kept = JSON.stringify([await here.services.jobs.list({ limit: 9 }), here.logged, read]);
    expect(kept).not.toContain(there.keys.recognition);
    expect(kept).not.toContain('resumePoint');
    expect(kept).not.toContain('Bëa');
  });
});
