import { expect, it, onTestFinished, vi } from 'vitest';
import { openMemoryGallery } from '../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { openMemoryJobs } from '../../src/adapters/jobs/memory/open-memory-jobs.ts';
import type { BatchPicture } from '../../src/domain/ports/picture-batch.ts';
import { createBatchEnrolments } from '../../src/services/batch-enrolments.ts';
import { createJobs } from '../../src/services/jobs.ts';
import { createPeople } from '../../src/services/people.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { type Script, scripted } from '../fixtures/vision/scripted-analyser.ts';
import { startScriptedVision } from '../fixtures/vision/scripted-vision.ts';
import { patience } from '../harness/command.ts';

const jobRecords = openMemoryJobs();

/** A place where the pictures of a file do what their scripts say; `onRead` is told of each before it is read. */
async function openPlace(scripts: readonly Script[], onRead: (at: number) => void = () => undefined) {
  const vision = startScriptedVision();
  const gallery = openMemoryGallery();
  onTestFinished(async () => {
    await vision[Symbol.asyncDispose]();
    await gallery[Symbol.asyncDispose]();
  });
  await vision.ready();
  const people = createPeople({ gallery, vision, pictures: 'none', scoreTable: () => undefined });
  const { id: collectionId } = await gallery.createCollection('door', 'Door');
  const pictures = scripts.map(
    (script, at): BatchPicture => ({
      place: { line: at + 2 },
      key: `person ${at}`,
      async read() {
        onRead(at);
        return scripted(script);
      },
    }),
  );
  const openService = () => {
    const jobs = createJobs({ jobs: jobRecords, policy: { keepDays: 1, keepAtMost: 9 }, log: silentLog });
    const enrolments = createBatchEnrolments({
      ...{ gallery, people, vision, jobs, dir: '/nowhere' },
      open: async () => ({
        ...{ total: pictures.length, ignored: 0, version: '1' },
        async *pictures(from: number) {
          yield* pictures.slice(from);
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    return { jobs, begin: () => enrolments.begin({ collectionId, file: 'people.zip', isLocal: false }) };
  };
  return { openService, members: async () => (await gallery.listMemberships(collectionId)).length };
}

it('refuses a picture that brings vision down each time, and enrols the others', async () => {
  const place = await openPlace([
    { do: 'answer', name: 'ann' },
    { do: 'crash' },
    { do: 'unreadable' },
    { do: 'answer', name: 'bea' },
  ]);
  const { jobs, begin } = place.openService();
  const { id } = await begin();
  await vi.waitFor(async () => expect((await jobs.get(id)).state).toBe('done'), patience);
  expect((await jobs.get(id)).report).toMatchObject({
    ...{ added: 2, present: 0, refused: 2 },
    refusals: [
      { line: 3, code: 'vision-down' },
      { line: 4, code: 'picture-unreadable' },
    ],
  });
  expect(await place.members()).toBe(2);
});

it('goes on after a stop with the picture that was in hand, and counts each once', async () => {
  let stop: () => void = () => undefined;
  const read: number[] = [];
  const scripts = Array.from({ length: 9 }, (_, at): Script => ({ do: 'answer', name: `${at}`, takesMs: 5 }));
  const place = await openPlace(scripts, (at) => {
    read.push(at);
    if (read.length === 5) stop();
  });
  const before = place.openService();
  const stopped = new Promise<void>((resolve) => {
    stop = () => void before.jobs[Symbol.asyncDispose]().then(resolve);
  });
  const { id } = await before.begin();
  await stopped;
  expect(await jobRecords.find(id)).toMatchObject({ state: 'waiting', progress: { done: 4, total: 9 } });
  const { jobs } = place.openService();
  await jobs.resume();
  await vi.waitFor(async () => expect((await jobs.get(id)).state).toBe('done'), patience);
  expect((await jobs.get(id)).report).toMatchObject({ added: 9, present: 0, refused: 0 });
  expect(read).toEqual([0, 1, 2, 3, 4, 4, 5, 6, 7, 8]);
  expect(await place.members()).toBe(9);
});
