import { once } from 'node:events';
import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listen } from '../../src/http/server.ts';
import { selfSignedForLocalhost } from '../fixtures/models/self-signed-certificate.ts';
import { ostiary, patience, type ServiceProcess, startService, tempFolder } from '../harness/command.ts';
import { call } from '../harness/http-client.ts';
import { portrait } from '../harness/photographs.ts';

function messages({ log }: ServiceProcess): unknown[] {
  return log.map(({ msg }) => msg);
}

describe('the service', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let service: ServiceProcess;
  let data: string;
  beforeAll(async () => {
    folder = await tempFolder();
    data = join(folder.path, 'data');
    service = await startService({ data });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('answers probes without a credential', async () => {
    expect(await call(service.url, 'GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await call(service.url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      json: { ready: true, parts: { vision: { ready: true, state: 'ready' }, gallery: { ready: true } } },
    });
  });

  it('tells an operator where it listens, what it runs and what it holds', () => {
    expect(messages(service)).toEqual(
      expect.arrayContaining([
        'The gallery is open',
        'Listening: each API under its prefix',
        'Vision is ready',
      ]),
    );
    expect(service.log).toContainEqual(
      expect.objectContaining({ msg: 'Starting', profile: 'default', data }),
    );
  });

  it('refuses our own API to strangers', async () => {
    expect(await call(service.url, 'GET', '/ostiary/v1/keys')).toMatchObject({
      status: 401,
      json: { error: { code: 'unauthenticated' } },
    });
    expect(await call(service.url, 'GET', '/ostiary/v1/keys', { key: 'wrong' })).toMatchObject({
      status: 401,
      json: { error: { code: 'credential-unknown' } },
    });
  });

  it('leaves the first admin credential in a file of mode 0600 until its first use', async () => {
    const file = join(data, 'admin-credential');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const key = (await readFile(file, 'utf8')).trim();
    expect(await call(service.url, 'GET', '/ostiary/v1/collections', { key })).toMatchObject({
      status: 200,
      json: { collections: [{ slug: 'default' }] },
    });
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await call(service.url, 'GET', '/ostiary/v1/health', { key })).toMatchObject({
      json: { ready: true },
    });
  });

  it('gives its socket to its owner only', async () => {
    expect((await stat(join(data, 'ostiary.sock'))).mode & 0o777).toBe(0o600);
  });

  it('recognises over CompreFace on both ports, and counts it', async () => {
    const { stdout } = await ostiary(['--json', 'keys', 'create', 'compreface'], { data });
    const [{ secret: key }] = JSON.parse(stdout).keys;
    const files = [{ bytes: await portrait('ann') }];
    const added = await call(service.url, 'POST', '/compreface/api/v1/recognition/faces?subject=ann', {
      key,
      files,
    });
    expect(added).toMatchObject({ status: 201, json: { subject: 'ann' } });
    const probe = { key, files: [{ bytes: await portrait('ann', 'other') }] };
    const path = '/api/v1/recognition/recognize';
    const answer = { status: 200, json: { result: [{ subjects: [{ subject: 'ann' }] }] } };
    expect(await call(service.url, 'POST', `/compreface${path}`, probe)).toMatchObject(answer);
    expect(await call(service.comprefaceUrl, 'POST', path, probe)).toMatchObject(answer);

    const metrics = (await call(service.url, 'GET', '/metrics')).bytes.toString();
    expect(metrics).toMatch(
      /ostiary_requests_total\{dialect="compreface",method="POST",route="[^"]*recognize",status="200"\} [12]/,
    );
    expect(metrics).toMatch(/ostiary_vision_stage_seconds_count\{stage="embed"\} 3/);
    expect(metrics).toMatch(/ostiary_gallery_references 1/);
    expect(metrics).toMatch(/ostiary_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+/);
    expect(metrics).toMatch(/ostiary_resident_memory_bytes\{process="vision"\} \d{8,}/);
    const told = JSON.stringify(service.log);
    expect(told).toContain('"dialect":"compreface"');
    expect(told).not.toContain(key);
    expect(told).not.toContain('ann');
  });

  it('keeps a second service from the same data folder', async () => {
    const second = await ostiary(['serve'], { data });
    expect(second.exitCode).toBe(3);
    expect(await call(service.url, 'GET', '/readyz')).toMatchObject({ status: 200 });
  });
});

describe('a service’s life', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  beforeAll(async () => {
    folder = await tempFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());
  const dataOf = (name: string) => join(folder.path, name);

  it('on a port that is taken does not begin: it says so, ends with 3 and leaves nothing running', async () => {
    await using other = await listen(() => undefined, { host: '127.0.0.1', port: 0 });
    const options = { data: dataOf('taken'), env: { OSTIARY_HTTP_PORT: String(other.port) } };
    const { exitCode, stdout, stderr } = await ostiary(['serve'], options);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`The address 127.0.0.1:${other.port} is taken by another process`);
    expect(stdout.trim().split('\n').at(-1)).toContain('Stopped');
    await using again = await startService({ data: dataOf('taken') });
    expect(await call(again.url, 'GET', '/healthz')).toMatchObject({ status: 200 });
  });

  it('off the loopback is refused without TLS, and warns where that is allowed', async () => {
    const env = { OSTIARY_HTTP_HOST: '0.0.0.0' };
    const refused = await ostiary(['serve'], { data: dataOf('plain'), env });
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('0.0.0.0 is off the loopback'),
    });
    await using service = await startService({
      data: dataOf('plain'),
      env: { ...env, OSTIARY_HTTP_PLAIN: 'true' },
    });
    expect(service.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('in the clear') }),
    );
  });

  it('with a certificate speaks HTTPS on every port', async () => {
    const { cert, key } = selfSignedForLocalhost();
    const env = {
      OSTIARY_HTTP_TLS_CERTIFICATE: dataOf('cert.pem'),
      OSTIARY_HTTP_TLS_KEY: dataOf('key.pem'),
    };
    await writeFile(env.OSTIARY_HTTP_TLS_CERTIFICATE, cert);
    await writeFile(env.OSTIARY_HTTP_TLS_KEY, key);
    await using service = await startService({ data: dataOf('tls'), env });
    for (const url of [`${service.url}/healthz`, `${service.comprefaceUrl}/api/v1/config`]) {
      expect(url).toMatch(/^https:/);
      const [response] = await once(httpsGet(url, { ca: cert, agent: false }), 'response');
      expect(response.statusCode).toBe(200);
      response.resume();
    }
  });

  it('without a usable data folder does not begin: it names it, and ends with 3', async () => {
    await writeFile(dataOf('file'), '');
    const { exitCode, stderr } = await ostiary(['serve'], { data: join(dataOf('file'), 'data') });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(dataOf('file'));
  });

  it('makes an admin credential the first time only', async () => {
    const data = dataOf('twice');
    const file = join(data, 'admin-credential');
    const first = await startService({ data });
    const key = (await readFile(file, 'utf8')).trim();
    expect(await call(first.url, 'GET', '/ostiary/v1/keys', { key })).toMatchObject({ status: 200 });
    expect(await first.stop()).toBe(0);
    await using second = await startService({ data });
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await call(second.url, 'GET', '/ostiary/v1/keys', { key })).toMatchObject({
      status: 200,
      json: { keys: [{ name: 'first boot' }] },
    });
  });

  it('answers what is in work when the service is told to end, which then exits with 0', async () => {
    const data = dataOf('drain');
    await using service = await startService({ data });
    const { stdout } = await ostiary(
      '--json keys create ostiary --rights admin --all-collections'.split(' '),
      { data },
    );
    const [{ secret }] = JSON.parse(stdout).keys;
    const upload = request(`${service.url}/ostiary/v1/detect`, {
      method: 'POST',
      headers: { 'x-api-key': secret, 'Content-Type': 'image/jpeg', Expect: '100-continue' },
    });
    upload.flushHeaders();
    // By saying so the service shows that it works on the request.
    await once(upload, 'continue');
    const stopped = service.stop();
    await vi.waitFor(
      () => expect(messages(service)).toContain('Stopping: requests in work are answered first'),
      patience,
    );
    upload.end(await portrait('bea'));
    const [response] = await once(upload, 'response');
    expect(response.statusCode).toBe(200);
    expect(await json(response)).toMatchObject({ faces: [{ box: { width: expect.any(Number) } }] });
    expect(await stopped).toBe(0);
    expect(messages(service).at(-1)).toBe('Stopped');
    await expect(access(join(data, 'ostiary.sock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends at once at the second signal', async () => {
    const data = dataOf('second');
    await using service = await startService({ data });
    const { stdout } = await ostiary(
      '--json keys create ostiary --rights admin --all-collections'.split(' '),
      { data },
    );
    const [{ secret }] = JSON.parse(stdout).keys;
    const upload = request(`${service.url}/ostiary/v1/detect`, {
      method: 'POST',
      headers: { 'x-api-key': secret, Expect: '100-continue' },
    });
    upload.flushHeaders();
    await once(upload, 'continue');
    const cut = once(upload, 'error');
    const stopped = service.stop();
    await vi.waitFor(
      () => expect(messages(service)).toContain('Stopping: requests in work are answered first'),
      patience,
    );
    process.kill(service.pid, 'SIGINT');
    expect(await stopped).toBe('SIGINT');
    await cut;
  });
});
