import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ostiary, type ServiceProcess, startService, tempFolder } from '../harness/command.ts';
import { call } from '../harness/http-client.ts';
import { portrait } from '../harness/photographs.ts';

const publicUrl = 'https://faces.example.org:8443/ostiary';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: ServiceProcess;
beforeAll(async () => {
  folder = await tempFolder();
  const env = {
    OSTIARY_HTTP_PUBLIC_URL: `${publicUrl}/`,
    OSTIARY_HTTP_PORTS_FINDFACE: '0',
    OSTIARY_HTTP_PORTS_ENFACE: '0',
  };
  service = await startService({ data: folder.path, env });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Of an API's own port, where it answers at the root. */
const ownUrl = (api: string) =>
  service.log.find(({ msg }) => String(msg).includes(`${api} API at the root`))?.url as string;
const keyOf = async (dialect: string) => {
  const { stdout } = await ostiary(['--json', 'keys', 'create', dialect], { data: folder.path });
  return (JSON.parse(stdout) as { keys: [{ secret: string }] }).keys[0].secret;
};
const formWith = (name: string, picture: Buffer) => {
  const form = new FormData();
  form.append(name, new Blob([Uint8Array.from(picture)]), 'face.jpg');
  return form;
};
/** What lies at a public address, as a proxy before the main port hands it on. */
const behind = (url: string) => call(service.url, 'GET', url.slice(publicUrl.length));

describe('links to pictures, where http.publicUrl says how clients reach the main port', () => {
  it('begin with it in FindFace, whichever port was asked', async () => {
    const ann = await portrait('ann');
    const headers = { Authorization: `Token ${await keyOf('findface')}` };
    for (const base of [`${service.url}/findface`, ownUrl('FindFace')]) {
      const { json } = await call(base, 'POST', '/v0/face', { headers, body: formWith('photo', ann) });
      const [{ photo }] = (json as { results: [{ photo: string }] }).results;
      expect(photo).toMatch(/^https:\/\/faces\.example\.org:8443\/ostiary\/findface\/v1\/photo\/[\w-]+$/);
      expect((await behind(photo)).bytes.equals(ann)).toBe(true);
    }
  });

  it('begin with it in Enface', async () => {
    const cleo = await portrait('cleo');
    const headers = { token: await keyOf('enface') };
    const made = await call(ownUrl('Enface'), 'POST', '/v1/person/create', {
      headers,
      body: formWith('image', cleo),
    });
    const [[{ image_url: url }]] = (made.json as { persons_new: [[{ image_url: string }]] }).persons_new;
    expect(url).toMatch(/^https:\/\/faces\.example\.org:8443\/ostiary\/enface\/v1\/image\/[\w-]+$/);
    expect((await behind(url)).bytes.equals(cleo)).toBe(true);
  });
});
