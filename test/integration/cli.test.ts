import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchFiles, textNeedles } from '../fixtures/gallery/search-files.ts';
import { ostiary, type ServiceProcess, startService, tempFolder } from '../harness/command.ts';
import { emptyRoom, groupPath, portrait } from '../harness/photographs.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
const at = (name: string) => join(folder.path, name);

beforeAll(async () => {
  folder = await tempFolder();
  await mkdir(at('ann'));
  await writeFile(at('ann/1.jpg'), await portrait('ann'));
  await writeFile(at('ann/2.png'), await portrait('ann', 'other'));
  await writeFile(at('ann/notes.txt'), 'no picture');
  await mkdir(at('bea'));
  await writeFile(at('bea/1.jpg'), await portrait('bea'));
  await writeFile(at('bea/broken.jpg'), 'no jpeg');
  await writeFile(at('bea/empty-room.jpg'), await emptyRoom());
  await writeFile(at('ann-later.png'), await portrait('ann', 'other'));
  await writeFile(at('cleo.jpg'), await portrait('cleo'));
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.each(['without a service', 'with a service'])('the ostiary command %s', (how) => {
  let data: string;
  let service: ServiceProcess | undefined;
  const run = (...args: string[]) => ostiary(args, { data });
  const runJson = async (...args: string[]) => {
    const { exitCode, stdout } = await run('--json', ...args);
    return { exitCode, value: JSON.parse(stdout) };
  };

  beforeAll(async () => {
    data = at(how.replaceAll(' ', '-'));
    if (how === 'with a service') service = await startService({ data });
  });
  afterAll(async () => {
    expect(await service?.stop()).toBe(service && 0);
  });

  it('makes the three CompreFace keys, lists them without secrets, and revokes one once', async () => {
    const made = await runJson(
      'keys',
      'create',
      'compreface',
      '--name',
      'front door',
      '--expires',
      '2099-01-01',
    );
    expect(made.exitCode).toBe(0);
    const services = ['recognition', 'detection', 'verification'];
    expect(made.value.keys.map((key: { services: string[] }) => key.services[0])).toEqual(services);
    const [{ id, secret }] = made.value.keys;
    expect(secret).toMatch(/^[0-9a-f-]{36}$/);

    const listed = await run('keys', 'list');
    expect(listed.stdout).toContain(id);
    expect(listed.stdout).toContain('good until 2099-01-01');
    expect(listed.stdout).not.toContain(secret);
    expect((await run('keys', 'revoke', id)).exitCode).toBe(0);
    expect((await run('keys', 'revoke', id)).exitCode).toBe(1);
  });

  it.each([
    ['face-match-expert', /^Authorization {2}ost-[0-9a-f]{12}:[\w-]{43}\n$/],
    ['face-search', /^x-api-key {2}[\w-]{43}\n$/],
    ['enface', /^token {2}[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\n$/],
    ['findface', /^Authorization {2}Token [\w-]{43}\n$/],
    ['ostiary', /^x-api-key {2}[\w-]{43}\n$/],
  ])('makes what a client of %s shows, and says where', async (dialect, shown) => {
    const made = await run('keys', 'create', dialect, '--rights', 'read', '--collections', 'default');
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(shown) });
  });

  it('gives all collections or an administrator’s right to nobody who does not ask for them', async () => {
    const made = await runJson('keys', 'create', 'findface', '--all-collections');
    expect(made.value.keys).toMatchObject([{ right: 'write', collections: 'all' }]);
    const usual = await runJson('keys', 'create', 'findface');
    expect(usual.value.keys).toMatchObject([{ right: 'write', collections: ['default'] }]);
    const admin = await run('keys', 'create', 'ostiary', '--rights', 'admin');
    expect(admin).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('all collections') });
    const both = ['--all-collections', '--collections', 'default'];
    expect((await run('keys', 'create', 'findface', ...both)).exitCode).toBe(2);
  });

  it('makes a user whose password is piped in, changes it, lists and removes her', async () => {
    const piped = (input: string, ...args: string[]) => ostiary(['users', ...args], { data, input });
    const made = await piped('pa$$word\n', 'create', 'Ann@Example.com', '--rights', 'read', '--name', 'Ann');
    expect(made).toMatchObject({ exitCode: 0, stdout: 'ann@example.com can log in.\n' });
    expect((await piped('pa$$word\n', 'create', 'ann@example.com')).exitCode).toBe(2);
    expect((await piped('short\n', 'create', 'bea@example.com')).exitCode).toBe(2);
    expect((await piped('', 'create', 'bea@example.com')).exitCode).toBe(2);
    const { value } = await runJson('users', 'list');
    expect(value.users).toMatchObject([
      { login: 'ann@example.com', right: 'read', collections: ['default'] },
    ]);
    expect((await run('users', 'list')).stdout).toMatch(/ann@example\.com {2}read {3}default/);
    expect((await piped('another one\n', 'passwd', 'ann@example.com')).exitCode).toBe(0);
    expect((await piped('another one\n', 'passwd', 'nobody@example.com')).exitCode).toBe(1);
    expect((await run('users', 'remove', 'ann@example.com')).exitCode).toBe(0);
    expect((await run('users', 'remove', 'ann@example.com')).exitCode).toBe(1);
    expect((await run('users', 'list')).stdout).toBe('There are no users.\n');
  });

  it('says that it does not know a job', async () => {
    expect(await runJson('jobs', 'list', '--kind', 'unheard')).toEqual({ exitCode: 0, value: { jobs: [] } });
    const unknown = ['00000000-0000-1000-8000-000000000000'];
    expect((await run('jobs', 'show', '--follow', ...unknown)).exitCode).toBe(1);
    expect((await run('jobs', 'cancel', ...unknown)).exitCode).toBe(1);
    expect((await run('jobs', 'list', '--state', 'asleep')).exitCode).toBe(2);
  });

  it('tells the history, and takes away as a job what is kept no longer', async () => {
    expect(await runJson('history', 'list', '--limit', '1')).toMatchObject({ exitCode: 0 });
    const dry = await run('history', 'prune', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stdout: 'Nothing would go.\n' });
    const pruned = await run('history', 'prune');
    expect(pruned).toMatchObject({ exitCode: 0, stdout: '0 events are gone.\n' });
    const { value } = await runJson('jobs', 'list', '--kind', 'retention', '--state', 'done', '--limit', '1');
    expect(value.jobs).toMatchObject([{ kind: 'retention', progress: { done: 3, total: 3 } }]);
    const shown = await run('jobs', 'show', '--follow', value.jobs[0].id);
    expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/state +done/) });
    const cancelled = await run('jobs', 'cancel', value.jobs[0].id);
    expect(cancelled).toMatchObject({ exitCode: 1, stdout: 'The job had ended before: done.\n' });
  });

  it('tells the audit record, and refuses a time that is none', async () => {
    expect(await runJson('audit', '--action', 'person-erased', '--from', '2026-01-31')).toEqual({
      exitCode: 0,
      value: { entries: [] },
    });
    expect((await run('audit', '--from', 'yesterday')).exitCode).toBe(2);
  });

  it('enrols all pictures of a folder and knows the person in another picture', async () => {
    const enrolled = await run('enrol', 'Ann Example', at('ann'));
    expect(enrolled).toMatchObject({
      exitCode: 0,
      stdout: '2 of 2 pictures of Ann Example are enrolled in default.\n',
    });
    const known = await runJson('identify', at('ann-later.png'));
    expect(known.exitCode).toBe(0);
    const [face] = known.value.files[0].value.faces;
    expect(face.candidates).toMatchObject([{ key: 'Ann Example', similarity: expect.any(Number) }]);
    expect(face.candidates[0].similarity).toBeGreaterThan(0.9);
  });

  it('makes, renames and removes a collection and the people in it', async () => {
    expect((await run('collections', 'create', 'guests', '--name', 'Guests')).exitCode).toBe(0);
    expect((await run('enrol', 'Bea Example', at('bea/1.jpg'), '--collection', 'guests')).exitCode).toBe(0);
    const inGuests = (...args: string[]) => run('persons', ...args, '--collection', 'guests');
    expect((await inGuests('rename', 'bea example', 'Bea')).stdout).toBe('She is known by Bea.\n');
    expect((await inGuests('suspend', 'Bea')).exitCode).toBe(0);
    expect((await inGuests('list')).stdout).toMatch(/Bea {3}suspended {2}1/);
    expect((await inGuests('show', 'Cleo')).exitCode).toBe(1);
    expect((await run('enrol', 'Cleo', at('cleo.jpg'), '--collection', 'guests')).exitCode).toBe(0);
    expect(await inGuests('merge', 'Cleo', 'Bea')).toMatchObject({
      ...{ exitCode: 0, stdout: 'The two are Bea, with 2 references.\n' },
    });
    expect((await inGuests('show', 'Cleo')).exitCode).toBe(1);
    expect((await inGuests('merge', 'Cleo', 'Bea')).exitCode).toBe(1);
    expect((await run('collections', 'list')).stdout).toContain('guests   Guests');
    expect((await run('collections', 'remove', 'guests')).exitCode).toBe(0);
  });

  it('writes a file for a supporter in which nobody is named', async () => {
    const file = at(`support ${how}.json`);
    expect((await run('support-bundle', '--out', file)).exitCode).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      health: { ready: expect.any(Boolean) },
      models: expect.arrayContaining([expect.objectContaining({ role: 'embedding' })]),
      settings: { data: { dir: data } },
    });
    expect(text).not.toContain('Ann Example');
  });

  it('gives all faces templates of a network that is there, and lists who has none', async () => {
    const switched = await run('models', 'switch', 'face_recognition');
    expect(switched).toMatchObject({
      exitCode: 0,
      stdout: 'Faces are found by face_recognition now: 0 templates were made.\n',
    });
    expect(await run('models', 'left')).toMatchObject({ exitCode: 0, stdout: 'Nothing is left.\n' });
    expect((await run('models', 'switch', 'blazeface')).exitCode).toBe(2);
    expect((await run('models', 'left', '--limit', 'few')).exitCode).toBe(2);
  });

  it('says that nobody is known by exit code 1', async () => {
    const stranger = await run('identify', at('cleo.jpg'));
    expect(stranger.exitCode).toBe(1);
    expect(stranger.stdout).toContain('nobody known');
  });

  it('enrols what it can and reports each file that failed and why', async () => {
    const report = await run('enrol', 'Bea', at('bea'), at('gone.jpg'));
    expect(report.exitCode).toBe(1);
    expect(report.stdout).toContain('1 of 4 pictures of Bea are enrolled in default.');
    expect(report.stdout).toMatch(/broken\.jpg: .+ \(picture-unreadable\)/);
    expect(report.stdout).toMatch(/empty-room\.jpg: .+ \(no-face\)/);
    expect(report.stdout).toMatch(/gone\.jpg: The file is not there/);
  });

  it('compares two pictures', async () => {
    const same = await run('compare', at('ann/1.jpg'), at('ann-later.png'));
    expect(same).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^The same person: similarity/),
    });
    const different = await runJson('compare', at('ann/1.jpg'), at('cleo.jpg'));
    expect(different.exitCode).toBe(1);
    expect(different.value).toMatchObject({ match: false, similarity: expect.any(Number) });
    expect(different.value.similarity).toBeLessThan(0.5);
  });

  it('detects the faces of several files, and tells what was asked of them', async () => {
    const { exitCode, value } = await runJson(
      ...[
        'detect',
        '--attributes',
        'age,gender,emotion',
        at('ann/1.jpg'),
        groupPath(1),
        at('bea/broken.jpg'),
      ],
    );
    expect(exitCode).toBe(1);
    const [ann, group, broken] = value.files;
    expect(ann.value.faces).toHaveLength(1);
    expect(ann.value.faces[0]).toMatchObject({
      age: { years: expect.any(Number) },
      gender: { value: 'female' },
    });
    expect(group.value.faces.length).toBeGreaterThan(1);
    expect(broken).toMatchObject({ ok: false, code: 'picture-unreadable' });
  });

  it('refuses a collection that is not there as wrong usage', async () => {
    const { exitCode, value } = await runJson('identify', '--collection', 'nowhere', at('cleo.jpg'));
    expect(exitCode).toBe(2);
    expect(value.error).toMatchObject({ code: 'collection-unknown' });
  });

  it('forgets a person for ever, and takes her last byte out of the files', async () => {
    const name = 'Quillfeather-Example';
    await run('enrol', name, at('cleo.jpg'));
    const left = async () => [...(await searchFiles(data, textNeedles('key', name))).keys()];
    expect(await left()).not.toEqual([]);
    const erased = await runJson('erase', name);
    expect(erased.value).toMatchObject({ references: 1, removedAt: expect.any(String) });
    expect(erased.value).not.toHaveProperty('scrubbedAt');
    expect((await run('identify', at('cleo.jpg'))).exitCode).toBe(1);
    expect(await run('gallery', 'scrub')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^No byte of what was removed is left in the files .+ completed: 1\.\n$/),
    });
    expect(await left()).toEqual([]);
    const shown = await run('erasures', 'show', erased.value.personId);
    expect(shown.stdout).toMatch(/scrubbed +\d{4}-/);
    expect((await run('erase')).exitCode).toBe(2);
    expect((await run('erase', name)).exitCode).toBe(1);
  });

  it('leaves nothing behind that others could use', async () => {
    expect((await stat(data)).mode & 0o077).toBe(0);
  });
});

describe('the ostiary command', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'tells a stranger that the socket is not hers, and ends with 4',
    async () => {
      const data = at('with-a-service');
      await using _service = await startService({ data });
      await Promise.all([chmod(folder.path, 0o755), chmod(data, 0o755)]);
      const nobody = 65_534;
      const { exitCode, stderr } = await ostiary(['keys', 'list'], { data, uid: nobody });
      await chmod(data, 0o700);
      expect(exitCode).toBe(4);
      expect(stderr).toContain(`You may not use the service's socket ${join(data, 'ostiary.sock')}`);
    },
  );

  it.each([
    ['an unknown command', ['paint']],
    ['a missing file', ['identify']],
    ['an unknown option', ['detect', '--colour', 'red', 'a.jpg']],
    ['an unknown dialect', ['keys', 'create', 'telepathy']],
    ['a folder without pictures', ['enrol', 'nobody', 'src']],
    ['an unknown network', ['models', 'fetch', 'nothing']],
  ])('ends with 2 for %s', async (_what, args) => {
    const { exitCode, stdout, stderr } = await ostiary(args, { data: at('usage') });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('tells all mistakes of the configuration, and ends with 2', async () => {
    const env = { OSTIARY_HTTP_PORT: 'many', OSTIARY_NONSENSE: '1' };
    const { exitCode, stderr } = await ostiary(['config', 'check'], { data: at('usage'), env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('OSTIARY_HTTP_PORT');
    expect(stderr).toContain('OSTIARY_NONSENSE');
    expect((await ostiary(['config', 'check'], { data: at('usage') })).exitCode).toBe(0);
  });

  it('verifies the networks of the profile, and ends with 5 where they are missing', async () => {
    const good = await ostiary(['models', 'verify'], { data: at('usage') });
    expect(good).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/blazeface\s+installed/) });
    const env = { OSTIARY_VISION_PROFILE: 'edge' };
    const bad = await ostiary(['models', 'verify'], { data: at('usage'), env });
    expect(bad).toMatchObject({ exitCode: 5, stdout: expect.stringMatching(/yunet\w*\s+missing/) });
  });

  it('says which network is missing and how to get it, before anything starts', async () => {
    const env = { OSTIARY_VISION_PROFILE: 'edge' };
    const { exitCode, stderr } = await ostiary(['detect', groupPath(1)], { data: at('usage'), env });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/yunet\w* is missing.*ostiary models fetch/);
  });

  it('fetches networks from a folder, and says why it cannot', async () => {
    const data = at('fetching');
    const fetched = await ostiary(['models', 'fetch', 'blazeface', '--from', 'models/onnx'], { data });
    expect(fetched).toMatchObject({ exitCode: 0, stdout: 'blazeface  installed\n' });
    expect((await readdir(join(data, 'models'))).length).toBe(1);
    const again = await ostiary(['models', 'fetch', 'blazeface', '--from', 'models/onnx'], { data });
    expect(again.stdout).toBe('blazeface  already-there\n');
    const empty = await ostiary(['models', 'fetch', 'yunet_n_dynamic', '--from', folder.path], { data });
    expect(empty).toMatchObject({ exitCode: 5, stdout: '' });
    expect((await ostiary(['models', 'fetch', 'blazeface'], { data })).exitCode).toBe(2);
  });

  it('logs what nobody caught as one line, and ends at once', async () => {
    const script = `process.on('newListener', (name) => {
      if (name === 'uncaughtException') setImmediate(() => Promise.reject(new Error('forgotten')));
    })`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
    const { signal, stderr } = await ostiary(['models', 'verify'], { data: at('usage'), env });
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      origin: 'unhandledRejection',
      error: { message: 'forgotten' },
    });
  });
});
