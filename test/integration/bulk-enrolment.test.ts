import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/domain/job.ts';
import type { JobAnswer } from '../../src/http/dialects/ostiary/wire.ts';
import type { BatchReport } from '../../src/services/enrol-batch.ts';
import { type Packed, zipOf } from '../fixtures/archives/zip.ts';
import { ostiary, patience, startService, tempFolder } from '../harness/command.ts';
import { call } from '../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../harness/own-api.ts';
import { emptyRoom, group, portrait } from '../harness/photographs.ts';

let api: OwnApi;
let pictures: Record<'ann' | 'annAgain' | 'bea' | 'cleo' | 'nobody' | 'several', Buffer>;
beforeAll(async () => {
  api = await startOwnApi({ enrolment: { duplicates: 'collection', minFacePixels: 60 } });
  await mkdir(join(api.app.dir, 'exports'));
  pictures = {
    ann: await portrait('ann'),
    annAgain: await portrait('ann', 'other'),
    bea: await portrait('bea'),
    cleo: await portrait('cleo'),
    nobody: await emptyRoom(),
    several: group(3),
  };
});
afterAll(() => api.app[Symbol.asyncDispose]());

let collection: string;
let made = 0;
beforeEach(async () => {
  collection = `people-${++made}`;
  await api.ask('POST', '/collections', { json: { slug: collection } });
});

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(join(api.app.dir, 'exports', name), bytes);
  return name;
}

async function enrolled(file: string): Promise<BatchReport> {
  const begun = await api.ask('POST', `/collections/${collection}/enrolments`, { json: { file } });
  expect(begun).toMatchObject({ status: 202, json: { kind: 'enrol' } });
  const { id } = begun.json as JobAnswer;
  return vi.waitFor(async () => {
    const { json } = await api.ask('GET', `/jobs/${id}`);
    expect(json).toMatchObject({ state: 'done' });
    return (json as { report: BatchReport }).report;
  }, patience);
}

async function members(): Promise<Record<string, { name: string; references: number }>> {
  const { json } = await api.ask('GET', `/collections/${collection}/references?limit=100`);
  const keys = (json as { references: { key: string }[] }).references.map(({ key }) => key);
  const told: Record<string, { name: string; references: number }> = {};
  for (const key of new Set(keys)) {
    const person = await api.ask('GET', `/collections/${collection}/persons/${encodeURIComponent(key)}`);
    const references = keys.filter((one) => one === key).length;
    told[key] = { name: (person.json as { name: string }).name, references };
  }
  return told;
}

const packed = (names: Readonly<Record<string, Uint8Array>>): Packed[] =>
  Object.entries(names).map(([name, bytes]) => ({ name, bytes }));
const nothing = { added: 0, present: 0, refused: 0, ignored: 0, reasons: {}, refusals: [] };

describe('bulk enrolment', () => {
  it('of an archive goes through the gates of enrolment, and tells of each that is refused where and why', async () => {
    const { ann, annAgain, bea, nobody, several } = pictures;
    const files = packed({
      'Ann/1.jpg': ann,
      'Ann/2.png': annAgain,
      'Ann/notes.txt': Buffer.from('walnuts'),
      'bea.jpg': bea,
      'Ann/room.jpg': nobody,
      'Ann/party.jpg': several,
      'Ann/torn.jpg': Buffer.from('no picture'),
      'Anna/1.jpg': annAgain,
      '../Eve/1.jpg': bea,
    });
    expect(await enrolled(await put('a.zip', zipOf(files)))).toEqual({
      ...{ added: 3, present: 0, refused: 5, ignored: 1 },
      reasons: {
        'no-face': 1,
        'several-faces': 1,
        'picture-unreadable': 1,
        'face-duplicate': 1,
        'bad-input': 1,
      },
      refusals: [
        { entry: 5, code: 'no-face', message: expect.any(String) },
        { entry: 6, code: 'several-faces', message: expect.any(String) },
        { entry: 7, code: 'picture-unreadable', message: expect.any(String) },
        { entry: 8, code: 'face-duplicate', message: expect.any(String) },
        { entry: 9, code: 'bad-input', message: 'The path leads out of the archive' },
      ],
    });
    expect(await members()).toEqual({
      Ann: { name: 'Ann', references: 2 },
      bea: { name: 'bea', references: 1 },
    });
  });

  it('of the same pictures again adds nothing, whatever they lie in and whichever way they came before', async () => {
    const { ann, annAgain, bea } = pictures;
    const before = `/collections/${collection}/persons/ann/references`;
    await api.ask('POST', before, { body: Uint8Array.from(ann), headers: { 'Content-Type': 'image/jpeg' } });
    const archive = await put(
      'b.zip',
      zipOf(packed({ 'ann/1.jpg': ann, 'bea/1.jpg': bea, 'bea/2.jpg': bea })),
    );
    expect(await enrolled(archive)).toEqual({ ...nothing, added: 1, present: 2 });
    expect(await enrolled(archive)).toEqual({ ...nothing, present: 3 });
    await put('1.jpg', ann);
    await put('2.png', annAgain);
    const list = await put('b.csv', 'person;file\nANN;1.jpg\nann;2.png\n');
    expect(await enrolled(list)).toEqual({ ...nothing, added: 1, present: 1 });
    expect(await members()).toMatchObject({ ann: { references: 2 }, bea: { references: 1 } });
  });

  it('of a list gives names to those who have none but their key', async () => {
    const { ann, annAgain, bea } = pictures;
    const list = 'person,file,name\na1,1.jpg,\na1,2.jpg,Ann Example\nb2,3.jpg,Bea Example\nb2,4.jpg,Eve\n';
    const files = packed({
      '1.jpg': ann,
      '2.jpg': annAgain,
      '3.jpg': bea,
      '4.jpg': await portrait('bea', 'other'),
    });
    const report = await enrolled(
      await put('c.zip', zipOf([...files, { name: 'l.csv', bytes: Buffer.from(list) }])),
    );
    expect(report).toEqual({ ...nothing, added: 4 });
    expect(await members()).toEqual({
      a1: { name: 'Ann Example', references: 2 },
      b2: { name: 'Bea Example', references: 2 },
    });
  });

  it('is refused at once for a file that is none, or lies elsewhere', async () => {
    const begin = (file: string) =>
      api.ask('POST', `/collections/${collection}/enrolments`, { json: { file } });
    const wrong = { status: 400, json: { error: { code: 'bad-input' } } };
    expect(await begin(await put('d.zip', 'no archive'))).toMatchObject(wrong);
    expect(await begin(await put('d.csv', 'ann,1.jpg\n'))).toMatchObject(wrong);
    for (const file of ['gone.zip', '../d.zip', join(api.app.dir, 'exports/d.zip'), 'd.txt'])
      expect(await begin(file)).toMatchObject(wrong);
    expect((await api.ask('GET', '/jobs?kind=enrol')).json).not.toMatchObject({
      jobs: expect.arrayContaining([expect.objectContaining({ state: 'failed' })]),
    });
  });

  it('does not go on with a file that was changed', async () => {
    const { jobs } = api.app.services;
    const { ann, bea } = pictures;
    const archive = await put('e.zip', zipOf(packed({ 'ann/1.jpg': ann })));
    await enrolled(archive);
    const [{ kind, ask }] = (await jobs.list({ kind: 'enrol', limit: 1 })) as [Job];
    await put('e.zip', zipOf(packed({ 'ann/1.jpg': ann, 'bea/1.jpg': bea })));
    const { id } = await jobs.submit(kind, ask);
    await vi.waitFor(async () => expect((await jobs.get(id)).state).toBe('failed'), patience);
    expect((await jobs.get(id)).error).toMatchObject({ code: 'bad-input' });
  });
});

it('goes on after kill −9 and neither loses nor doubles a picture', async () => {
  await using folder = await tempFolder();
  const files: Record<string, Uint8Array> = {};
  for (const name of ['ann', 'bea', 'cleo', 'dora'] as const)
    for (let at = 0; at < 10; at++) {
      // Bytes after the end of a picture change the file and not the face, so that only the first two are new.
      const take = await portrait(name, at % 2 ? 'other' : 'first');
      files[`${name}/${at}.jpg`] = Buffer.concat([take, Buffer.from(`${at}`)]);
    }
  await mkdir(join(folder.path, 'exports'));
  await writeFile(join(folder.path, 'exports/people.zip'), zipOf(packed(files)));
  let service = await startService({ data: folder.path });
  const key = (await readFile(join(folder.path, 'admin-credential'), 'utf8')).trim();
  const ask = async <Answer>(method: string, path: string, json?: unknown) =>
    (await call(`${service.url}/ostiary/v1`, method, path, { key, json })).json as Answer;
  const { id } = await ask<JobAnswer>('POST', '/collections/default/enrolments', { file: 'people.zip' });
  await vi.waitFor(async () => {
    expect((await ask<JobAnswer>('GET', `/jobs/${id}`)).progress.done).toBeGreaterThan(0);
  }, patience);
  process.kill(service.pid, 'SIGKILL');
  expect(await service.stop()).toBe('SIGKILL');
  service = await startService({ data: folder.path });
  await using _ended = service;
  const job = await vi.waitFor(async () => {
    const job = await ask<JobAnswer & { report: BatchReport }>('GET', `/jobs/${id}`);
    expect(job.state).toBe('done');
    return job;
  }, patience);
  expect(job.report).toMatchObject({ refused: 0, ignored: 0 });
  expect(job.report.added + job.report.present).toBe(40);
  expect(await ask('GET', '/collections/default')).toMatchObject({ members: 4, references: 8 });
});

describe('ostiary enrol --from', () => {
  it('tells what was refused by its path, in words and as JSON', async () => {
    await using folder = await tempFolder();
    const data = join(folder.path, 'data');
    await using _service = await startService({ data });
    const archive = join(folder.path, 'people.zip');
    await writeFile(archive, zipOf(packed({ 'ann/1.jpg': pictures.ann, 'bea/room.jpg': pictures.nobody })));
    expect(await ostiary(['enrol', '--from', archive], { data })).toMatchObject({
      exitCode: 1,
      stdout: [
        '1 enrolled in default, 0 there before, 1 refused.',
        'Not enrolled:',
        '  entry 2, bea/room.jpg: No face was found in the picture (no-face)\n',
      ].join('\n'),
    });
    const again = await ostiary(['--json', 'enrol', '--from', archive], { data });
    expect(JSON.parse(again.stdout)).toMatchObject({
      state: 'done',
      report: {
        added: 0,
        present: 1,
        refused: 1,
        refusals: [{ entry: 2, file: 'bea/room.jpg', code: 'no-face' }],
      },
    });
    expect(await ostiary(['enrol', 'ann', '--from', archive], { data })).toMatchObject({ exitCode: 2 });
    expect(await ostiary(['enrol', '--from', join(folder.path, 'gone.csv')], { data })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no'),
    });
  });
});
