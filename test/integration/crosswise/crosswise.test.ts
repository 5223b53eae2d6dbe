import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ostiary, type ServiceProcess, startService, tempFolder } from '../../harness/command.ts';
import { call } from '../../harness/http-client.ts';
import { portrait } from '../../harness/photographs.ts';
import { type DoorClient, openClient, type VendorName } from './clients.ts';

const vendors = Object.keys(openClient) as VendorName[];
const ways = vendors.flatMap((by) => vendors.map((asked) => ({ by, asked })));

let data: Awaited<ReturnType<typeof tempFolder>>;
let service: ServiceProcess;
let admin: string;
let pictures: Record<'ann' | 'annAgain' | 'bea' | 'stranger', Buffer>;
beforeAll(async () => {
  data = await tempFolder();
  service = await startService({ data: data.path });
  const asked = ['keys', 'create', 'ostiary', '--all-collections', '--rights', 'admin', '--json'];
  const made = await ostiary(asked, { data: data.path });
  admin = JSON.parse(made.stdout).keys[0].secret;
  pictures = {
    ann: await portrait('ann'),
    annAgain: await portrait('ann', 'other'),
    bea: await portrait('bea'),
    stranger: await portrait('cleo'),
  };
}, 60_000);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
});

/** What the operator does before the clients come. */
async function operate<T>(path: string, json: object): Promise<T> {
  const made = await call(service.url, 'POST', `/ostiary/v1${path}`, { key: admin, json });
  expect(made).toMatchObject({ status: 201 });
  return made.json as T;
}

/** A client whose credential reads and writes in that collection, and reaches no other. */
async function clientOf(vendor: VendorName, collection: string): Promise<DoorClient> {
  const wanted = { dialect: vendor, collections: [collection], right: 'write' };
  const { keys } = await operate<{ keys: { services: string[]; secret: string }[] }>('/keys', wanted);
  return openClient[vendor]({ url: service.url, keys, collection });
}

describe('a gallery behind all APIs', () => {
  it.each(ways)(
    'knows through $asked whom $by has enrolled, and nobody else',
    { timeout: 60_000 },
    async (way) => {
      const collection = `${way.by}-${way.asked}`;
      await operate('/collections', { slug: collection });
      const enrolling = await clientOf(way.by, collection);
      const asking = await clientOf(way.asked, collection);

      const ann = await enrolling.enrol('Ann', pictures.ann);
      await enrolling.enrol('Bea', pictures.bea);
      const annAsTold = await asking.identify(pictures.annAgain);
      const beaAsTold = await asking.identify(pictures.bea);
      expect(annAsTold).toEqual(expect.any(String));
      expect(beaAsTold).toEqual(expect.any(String));
      expect(beaAsTold).not.toBe(annAsTold);
      expect(await asking.identify(pictures.stranger)).toBeUndefined();
      expect(await asking.verify(pictures.ann, pictures.annAgain)).toBe(true);
      expect(await asking.verify(pictures.ann, pictures.bea)).toBe(false);

      await enrolling.remove(ann);
      expect(await asking.identify(pictures.annAgain)).toBeUndefined();
      expect(await asking.identify(pictures.bea)).toBe(beaAsTold);
    },
  );
});
