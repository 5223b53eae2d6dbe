import { existsSync } from 'node:fs';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { openMemoryJobs } from '../../src/adapters/jobs/memory/open-memory-jobs.ts';
import { openPortable, type Portable } from '../../src/app/open-portable.ts';
import { hasEnded, type Job } from '../../src/domain/job.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { createAudit } from '../../src/services/audit.ts';
import { createJobs, type JobService } from '../../src/services/jobs.ts';
import { face, pictured } from '../fixtures/gallery/faces.ts';
import { ownFolder } from '../fixtures/gallery/folders.ts';
import { silentLog } from '../fixtures/silent-log.ts';

type Place = Portable & { readonly store: LmdbStore; readonly gallery: Gallery; readonly jobs: JobService };

let root: string;
let folder: string;

beforeEach(async () => {
  root = await ownFolder();
  folder = join(root, 'out');
});

async function open(name: string, records = openMemoryJobs()): Promise<Place> {
  const store = await openLmdbStore({ dir: join(root, name) });
  const jobs = createJobs({ jobs: records, policy: { keepDays: 1, keepAtMost: 100 }, log: silentLog });
  const { gallery } = store;
  const audit = createAudit({
    ...{ audit: store.audit, policy: { keepDays: 1, keepAtMost: 100 }, log: silentLog },
  });
  const settings = { data: { dir: root }, portable: {} };
  return { ...openPortable({ gallery, jobs, audit }, settings), store, gallery, jobs };
}

async function ended(jobs: JobService, { id }: Pick<Job, 'id'>): Promise<Job> {
  return vi.waitFor(
    async () => {
      const found = await jobs.get(id);
      expect(hasEnded(found)).toBe(true);
      return found;
    },
    { timeout: 30_000 },
  );
}

async function fill(gallery: Gallery, people: number): Promise<void> {
  const door = (await gallery.createCollection('door', 'The door', { floor: '1' })).id;
  const gate = (await gallery.createCollection('gate', 'The gate')).id;
  for (let at = 0; at < people; at++) await gallery.enrol(door, `Ærø ${at}`, pictured([1, at], `${at}`));
  const ann = await gallery.enrol(door, 'Ann', {
    ...pictured([0, 1], 'Ann'),
    text: 'front',
    metadata: { by: 'desk' },
  });
  const [sibling] = await gallery.changeReferences([
    { kind: 'copy', collectionId: door, referenceId: ann.id, to: gate, key: 'Ann of the gate' },
  ]);
  await gallery.changeReferences([
    { kind: 'describe', collectionId: gate, referenceId: sibling!.id, text: 'at the gate', metadata: {} },
  ]);
  await gallery.updatePerson(ann.personId, {
    ...{ name: 'Miss Ann', metadata: { note: 'walnuts' }, status: 'suspended' },
    validUntilMs: 1_900_000_000_000,
  });
  await gallery.addPerson(gate, 'nobody’s face');
}

/** All that a caller can learn, but ids, numbers and times. */
async function contentsOf(gallery: Gallery): Promise<unknown> {
  const contents = [];
  for (const { id, slug, name, metadata } of await gallery.listCollections()) {
    const persons = [];
    for (const { key, personId } of await gallery.listMemberships(id)) {
      const { name, metadata, status, validFromMs, validUntilMs } = (await gallery.findPerson(personId))!;
      const places = (await gallery.listPlaces(personId)).map((place) => place.key).toSorted();
      persons.push({ key, name, metadata, status, validFromMs, validUntilMs, places });
    }
    const faces = [];
    const { references } = await gallery.listReferences(id, { offset: 0, limit: 1_000 });
    for (const { id: referenceId } of references) {
      const found = (await gallery.findReference(id, referenceId))!;
      const { key, template, crop, box, landmarks, detectorScore, quality, text, metadata } = found;
      const picture = await gallery.readPicture(id, referenceId);
      const siblings = (
        await gallery.findFace(
          found.faceNumber,
          (await gallery.listCollections()).map(({ id }) => id),
        )
      )
        .map((sibling) => sibling.key)
        .toSorted();
      faces.push({
        key,
        template,
        crop,
        box,
        landmarks,
        detectorScore,
        quality,
        text,
        metadata,
        picture,
        siblings,
      });
    }
    faces.sort((one, other) => (one.key < other.key ? -1 : 1));
    contents.push({ slug, name, metadata, persons, faces });
  }
  return contents;
}

async function exported(people = 20): Promise<unknown> {
  const from = await open('from');
  await fill(from.gallery, people);
  const job = await ended(
    from.jobs,
    await from.exports.begin(await from.gallery.listCollections(), { folder, isLocal: true }),
  );
  expect(job).toMatchObject({
    state: 'done',
    report: { folder, collections: 2, persons: people + 2, faces: people + 1 },
  });
  const contents = await contentsOf(from.gallery);
  await from.store.close();
  return contents;
}

describe('a gallery in its portable form', () => {
  test('imports into another one as it was, and a second time not at all', async () => {
    const contents = await exported();
    expect((await stat(folder)).mode & 0o077).toBe(0);
    const to = await open('to');
    const bring = async () =>
      (await ended(to.jobs, await to.imports.begin({ folder, isLocal: true }))).report;
    expect(await bring()).toEqual({
      collections: { added: 2, present: 0, refused: 0 },
      persons: { added: 22, present: 0, refused: 0 },
      faces: { added: 21, present: 0, refused: 0 },
      refusals: [],
    });
    expect(await contentsOf(to.gallery)).toEqual(contents);
    expect(await to.store.audit.list({ actions: ['gallery-imported'], limit: 9 })).toMatchObject([
      { actor: { kind: 'service' }, details: { collections: 2, persons: 22, faces: 21 } },
    ]);
    expect(await bring()).toMatchObject({
      collections: { added: 0, present: 2 },
      persons: { added: 0, present: 22 },
      faces: { added: 0, present: 21 },
    });
    expect(await contentsOf(to.gallery)).toEqual(contents);
    await to.store.close();
  });

  test('adds to what is there, and changes nobody who is there', async () => {
    await exported();
    const to = await open('to');
    const { id: door } = await to.gallery.createCollection('door', 'Another door');
    const { personId } = await to.gallery.enrol(door, 'Ann', face([3, 4]));
    await to.gallery.updatePerson(personId, { name: 'Ann of here' });
    await ended(to.jobs, await to.imports.begin({ folder, isLocal: true }));
    expect(await to.gallery.findCollection('door')).toMatchObject({ name: 'Another door' });
    expect(await to.gallery.findPerson(personId)).toMatchObject({ name: 'Ann of here', status: 'active' });
    expect(await to.gallery.listReferences(door, { key: 'Ann', offset: 0, limit: 9 })).toMatchObject({
      total: 2,
    });
    expect((await to.gallery.listPlaces(personId)).map(({ key }) => key).toSorted()).toEqual([
      'Ann',
      'Ann of the gate',
    ]);
    await to.store.close();
  });

  test('goes on where a stop has cut it short, out and in', async () => {
    const people = 60;
    const from = await open('from');
    await fill(from.gallery, people);
    const contents = await contentsOf(from.gallery);
    /** Stops the job whenever it has got further, and goes on with it, until it is done. */
    const interrupted = async (
      place: Place,
      name: string,
      job: { begin: (place: Place) => Promise<Job>; gotTo: (place: Place) => Promise<number> },
    ) => {
      const records = openMemoryJobs();
      await place.store.close();
      let now = await open(name, records);
      const { id } = await job.begin(now);
      let stops = 0;
      for (;;) {
        const before = await job.gotTo(now);
        const isFurther = async () => hasEnded(await now.jobs.get(id)) || (await job.gotTo(now)) > before;
        await vi.waitFor(async () => expect(await isFurther()).toBe(true), { timeout: 20_000, interval: 1 });
        await now.jobs[Symbol.asyncDispose]();
        await now.store.close();
        const { state } = (await records.find(id))!;
        if (state !== 'waiting') {
          expect(state).toBe('done');
          break;
        }
        stops++;
        now = await open(name, records);
        await now.jobs.resume();
      }
      return stops;
    };
    const faces = join(folder, 'faces.jsonl');
    const out = await interrupted(from, 'from', {
      begin: async ({ exports, gallery }) =>
        exports.begin(await gallery.listCollections(), { folder, isLocal: true }),
      gotTo: async () => (existsSync(faces) ? (await stat(faces)).size : 0),
    });
    expect(out).toBeGreaterThan(0);
    const to = await open('to');
    const into = await interrupted(to, 'to', {
      begin: ({ imports }) => imports.begin({ folder, isLocal: true }),
      gotTo: async ({ gallery }) => gallery.counts().references,
    });
    expect(into).toBeGreaterThan(0);
    const last = await open('to');
    expect(await contentsOf(last.gallery)).toEqual(contents);
    await last.store.close();
  });

  test('tells lines that are refused, and takes the others', async () => {
    await exported(3);
    const file = join(folder, 'faces.jsonl');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const far = JSON.parse(lines[1]!);
    far.picture = '../../../etc/passwd';
    const bent = JSON.parse(lines[2]!);
    bent.template.vector = Buffer.from(new Float32Array([3, 4]).buffer).toString('base64');
    await writeFile(file, `${[lines[0], JSON.stringify(far), JSON.stringify(bent), 'no JSON'].join('\n')}\n`);
    const to = await open('to');
    const job = await ended(to.jobs, await to.imports.begin({ folder, isLocal: true }));
    expect(job.report).toMatchObject({
      faces: { added: 1, present: 0, refused: 3 },
      refusals: [2, 3, 4].map((line) => ({ list: 'faces', line, code: 'bad-input' })),
    });
    await to.store.close();
  });

  test('that is not whole, or no export, is refused', async () => {
    await exported(3);
    const to = await open('to');
    const size = (await stat(join(folder, 'persons.jsonl'))).size;
    await truncate(join(folder, 'persons.jsonl'), size - 5);
    expect(await ended(to.jobs, await to.imports.begin({ folder, isLocal: true }))).toMatchObject({
      state: 'failed',
      error: { code: 'bad-input', message: expect.stringContaining('in the middle of a line') },
    });
    await rm(join(folder, 'manifest.json'));
    await expect(to.imports.begin({ folder, isLocal: true })).rejects.toMatchObject({ code: 'bad-input' });
    await to.store.close();
  });

  test('goes nowhere that a caller from afar names', async () => {
    const to = await open('to');
    for (const name of [folder, '../out', '.', '..', 'a/b', ''])
      await expect(to.imports.begin({ folder: name, isLocal: false })).rejects.toMatchObject({
        message: expect.stringContaining('Expected the name of a folder'),
      });
    await expect(to.imports.begin({ folder: '../out', isLocal: true })).rejects.toMatchObject({
      code: 'bad-input',
    });
    const again = await to.exports.begin([], { folder: 'mine', isLocal: false });
    expect(await ended(to.jobs, again)).toMatchObject({ report: { folder: join(root, 'exports', 'mine') } });
    const onto = await to.exports.begin([], { folder: 'mine', isLocal: false });
    expect(await ended(to.jobs, onto)).toMatchObject({ state: 'failed', error: { code: 'storage-failed' } });
    await to.store.close();
  });
});
