import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterAll, describe, expect, test } from 'vitest';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { numberBytes, ownUuidBytes, textBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { memberKey, placeKey } from '../../../src/adapters/gallery/lmdb/disk/record-keys.ts';
import { checksums } from '../../../src/adapters/gallery/lmdb/disk/sealing/checksums.ts';
import { openTables, type Tables } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { countsCheck } from '../../../src/adapters/gallery/lmdb/verifying/counts.ts';
import { Faults } from '../../../src/adapters/gallery/lmdb/verifying/faults.ts';
import type { Ledger } from '../../../src/adapters/gallery/lmdb/writing/ledger.ts';
import type { StoreReport } from '../../../src/domain/store-report.ts';
import { stampText } from '../../../src/primitives/stamp.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { askAll, fill, type Known } from '../flips/questions.ts';

const wrappingKey = Buffer.alloc(32, 7);

type Whole = { readonly dir: string; readonly known: Known; readonly right: object };

function verify(store: LmdbStore, repair: boolean): Promise<StoreReport> {
  return store.verify({ repair, signal: new AbortController().signal, onProgress: async () => undefined });
}

async function withStore<R>(dir: string, use: (store: LmdbStore) => Promise<R>, key?: Buffer): Promise<R> {
  const store = await openLmdbStore({ dir, ...(key && { wrappingKey: key }) });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Made once, and copied for each test. */
const made = new Map<Buffer | undefined, Promise<Whole>>();
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))));

async function make(key: Buffer | undefined): Promise<Whole> {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-verify-'));
  folders.push(dir);
  const known = await withStore(dir, fillWell, key);
  return { dir, known, right: await withStore(dir, (store) => askAll(store, known), key) };
}

async function whole(key?: Buffer): Promise<Whole> {
  const making = made.get(key) ?? make(key);
  made.set(key, making);
  const { dir, ...rest } = await making;
  const copy = await ownFolder();
  for (const name of ['gallery.mdb', 'pictures.mdb']) await copyFile(join(dir, name), join(copy, name));
  return { dir: copy, ...rest };
}

async function fillWell(store: LmdbStore): Promise<Known> {
  const { gallery, jobs } = store;
  const known = await fill(store);
  const [door, gate] = known.collections as [string, string];
  const referenceId = known.references[1]!;
  await gallery.changeReferences([
    { kind: 'describe', collectionId: gate, referenceId, text: 'badge 7' },
    { kind: 'copy', collectionId: gate, referenceId, to: door },
  ]);
  await jobs.add({ kind: 'test', ask: null });
  return known;
}

/** Changes the raw records of a table; LMDB's own checks know nothing of checksums. */
async function changeRaw(
  file: string,
  table: string,
  change: (value: Buffer, index: number) => Buffer | undefined,
): Promise<number> {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open<Buffer, Buffer>({ path: file, pageSize: 16_384, maxDbs: 64, ...binary });
  const records = root.openDB<Buffer, Buffer>(table, binary);
  const entries = Array.from(records.getRange(), ({ key, value }) => ({ key, value: Buffer.from(value) }));
  for (const [index, { key, value }] of entries.entries()) {
    const changed = change(value, index);
    if (changed) await records.put(key, changed);
    else await records.remove(key);
  }
  await root.close();
  return entries.length;
}

const flip = (value: Buffer) => {
  value[value.length - 1]! ^= 1;
  return value;
};
const remove = () => undefined;

/** Of tables that say nothing which others do not know. */
const derived = [
  ...['slugs', 'person-numbers', 'folded-keys', 'places', 'memberships', 'models', 'series'],
  ...[
    'reference-stamps',
    'codes',
    'member-references',
    'texts',
    'face-copies',
    'copied-faces',
    'job-numbers',
  ],
];

/** A start fills the numbers of persons where there are too few, and reads all codes. */
function isMadeAnewAtStart(table: string, how: string): boolean {
  return table === 'codes' || (table === 'person-numbers' && how === 'removed');
}

describe.each([
  ['checked', undefined],
  ['sealed', wrappingKey],
] as const)('a %s store', (_name, key) => {
  test('that is whole has no fault', async () => {
    const { dir } = await whole(key);
    const report = await withStore(dir, (store) => verify(store, false), key);
    expect(report).toMatchObject({ counts: { repaired: 0, repairable: 0, lost: 0 }, faults: [] });
    expect(report.records).toBeGreaterThan(500);
  });

  test.for(
    derived.flatMap((table) => [[table, 'flipped', flip] as const, [table, 'removed', remove] as const]),
  )('with all %s %s finds them, makes them anew, and answers as before', async ([table, how, change]) => {
    const { dir, known, right } = await whole(key);
    const changed = await changeRaw(join(dir, 'gallery.mdb'), table, change);
    expect(changed).toBeGreaterThan(0);
    await withStore(
      dir,
      async (store) => {
        const found = await verify(store, false);
        expect(found.counts.lost, JSON.stringify(found.faults)).toBe(0);
        if (!isMadeAnewAtStart(table, how)) expect(found.counts.repairable).toBeGreaterThan(0);
        const repaired = await verify(store, true);
        expect(repaired.counts).toMatchObject({ repairable: 0, lost: 0 });
        expect((await verify(store, false)).faults).toEqual([]);
        expect(await askAll(store, known)).toEqual(right);
      },
      key,
    );
  });

  test('with damaged stamps of members makes those of present ones anew, and tells the others', async () => {
    const { dir, known, right } = await whole(key);
    await changeRaw(join(dir, 'gallery.mdb'), 'member-stamps', flip);
    await withStore(
      dir,
      async (store) => {
        const { counts, faults } = await verify(store, true);
        expect(counts.repaired).toBeGreaterThan(0);
        expect(new Set(faults.map(({ table }) => table))).toEqual(new Set(['member-stamps']));
        expect((await verify(store, false)).counts).toEqual({
          repaired: 0,
          repairable: 0,
          lost: counts.lost,
        });
        expect(await askAll(store, known)).toEqual(right);
      },
      key,
    );
  });

  test.for([
    ['persons', /^The record of a person is damaged/],
    ['templates', /^The template of a reference is damaged/],
    ['crops', /^The crop of a reference is damaged/],
    ['pictures', /^The picture of a reference is damaged/],
    ['references', /^A record of references is damaged/],
    ['tombstones', /^A record of tombstones is damaged/],
    ['credentials', /^A record of credentials is damaged/],
    ['jobs', /^A record of jobs is damaged/],
  ] as const)(
    'with one damaged record of %s tells that it is lost, and leaves the others alone',
    async ([table, message]) => {
      const { dir } = await whole(key);
      const file = table === 'pictures' ? 'pictures.mdb' : 'gallery.mdb';
      await changeRaw(join(dir, file), table, (value, index) => (index === 0 ? flip(value) : value));
      await withStore(
        dir,
        async (store) => {
          const found = await verify(store, true);
          expect(found.counts).toEqual({ repaired: 0, repairable: 0, lost: 1 });
          expect(found.faults).toMatchObject([
            { kind: 'damaged', outcome: 'lost', table, message: expect.stringMatching(message) },
          ]);
        },
        key,
      );
    },
  );

  test.for([
    ['templates', /^The template of a reference is gone/],
    ['crops', /^The crop of a reference is gone/],
    ['pictures', /^The picture of a reference is gone/],
  ] as const)('with one of the %s gone tells whose it was', async ([table, message]) => {
    const { dir } = await whole(key);
    const file = table === 'pictures' ? 'pictures.mdb' : 'gallery.mdb';
    await changeRaw(join(dir, file), table, (value, index) => (index === 3 ? undefined : value));
    await withStore(
      dir,
      async (store) => {
        const { faults } = await verify(store, true);
        expect(faults).toMatchObject([
          {
            ...{ kind: 'missing', outcome: 'lost', table, message: expect.stringMatching(message) },
            ...{ personId: expect.any(String), referenceId: expect.any(String) },
          },
        ]);
      },
      key,
    );
  });
});

/** Changes records of a closed store as a defect of ours might. */
async function spoil(dir: string, change: (tables: Tables) => void): Promise<void> {
  const environment = await Environment.open(join(dir, 'gallery.mdb'));
  const tables = openTables(environment.under(checksums));
  await environment.write(() => change(tables));
  await environment.close();
}

function first<V>(entries: Iterable<V>): V {
  const [entry] = entries;
  return entry!;
}

const stamp = stampText({ ms: 1, count: 0, device: '00000000-0000-4000-8000-000000000002' });
const strangerId = '00000000-0000-1000-8000-000000000001';

const spoilt: readonly [string, (tables: Tables) => void, { table: string; kind: string }][] = [
  [
    'a wrong number of references of a member',
    ({ memberships }) => {
      const { key, value } = first(memberships.entries());
      memberships.put(key, { ...value, referenceCount: value.referenceCount + 3 });
    },
    { table: 'memberships', kind: 'miscounted' },
  ],
  [
    'wrong numbers of members and references of a collection',
    ({ collections }) => {
      const { key, value } = first(collections.entries());
      collections.put(key, { ...value, members: 1, references: 0 });
    },
    { table: 'collections', kind: 'miscounted' },
  ],
  [
    'a number given last that is too low',
    ({ meta }) => meta.put(Buffer.from('state'), { ...meta.get(Buffer.from('state'))!, lastReference: 2 }),
    { table: 'meta', kind: 'contradiction' },
  ],
  [
    'a folded key of nobody',
    ({ foldedKeys, collections }) =>
      foldedKeys.put(Buffer.concat([first(collections.keys()), Buffer.from('\0n\0\0\0N')]), true),
    { table: 'folded-keys', kind: 'stray' },
  ],
  [
    'a slug of no collection',
    ({ slugs }) => slugs.put(Buffer.from('nowhere'), strangerId),
    { table: 'slugs', kind: 'stray' },
  ],
  [
    'a place of nobody',
    ({ places, collections, tombstones }) => {
      tombstones.put(ownUuidBytes(strangerId), { kind: 'left', atMs: 1, stamp });
      places.put(Buffer.concat([ownUuidBytes(strangerId), first(collections.keys())]), 'person-0');
    },
    { table: 'places', kind: 'stray' },
  ],
  [
    "a template that says that it is another reference's",
    ({ templates }) => {
      const { key, value } = first(templates.entries());
      templates.put(key, { ...value, referenceId: strangerId });
    },
    { table: 'templates', kind: 'contradiction' },
  ],
  [
    'a template of a reference that was removed',
    ({ templates, meta, tombstones }) => {
      const { value } = first(templates.entries());
      tombstones.put(ownUuidBytes(strangerId), { kind: 'left', atMs: 1, stamp });
      templates.put(numberBytes(9_999), { ...value, referenceId: strangerId, personId: strangerId });
      meta.put(Buffer.from('state'), { ...meta.get(Buffer.from('state'))!, lastReference: 9_999 });
    },
    { table: 'templates', kind: 'stray' },
  ],
  [
    'a crop of a reference that was removed',
    ({ crops }) => crops.put(numberBytes(9_999), first(crops.entries()).value),
    { table: 'crops', kind: 'stray' },
  ],
  [
    'a reference that does not know of its crop',
    ({ references }) => {
      for (const { key, value } of [...references.entries()])
        if (value.hasCrop) references.put(key, { ...value, hasCrop: false });
    },
    { table: 'references', kind: 'contradiction' },
  ],
  [
    'a key of a client that leads nowhere',
    ({ credentialSecrets }) => credentialSecrets.put(Buffer.alloc(32, 5), strangerId),
    { table: 'credential-secrets', kind: 'stray' },
  ],
  [
    'stamps that lead to another number',
    ({ referenceStamps }) => {
      const { key, value } = first(referenceStamps.entries());
      referenceStamps.put(key, { ...value, number: value.number + 100 });
    },
    { table: 'reference-stamps', kind: 'contradiction' },
  ],
  [
    'a code that is not the one of its template',
    ({ codes }) => {
      const { key, value } = first(codes.entries());
      const code = Uint8Array.from(value[0]!.code, (byte) => byte ^ 1);
      codes.put(key, [{ ...value[0]!, code }, ...value.slice(1)]);
    },
    { table: 'codes', kind: 'contradiction' },
  ],
  [
    'an index that knows a reference which is gone in the place of one that is there',
    ({ codes }) => {
      const { key, value } = first(codes.entries());
      const [gone, ...others] = value;
      codes.put(key, others);
      const last = [...codes.entries()].at(-1)!;
      const taken = new Set(last.value.map(({ place }) => place));
      const place = [0, 1, 2, 3, 4, 5, 6, 7].find((each) => !taken.has(each))!;
      codes.put(last.key, [...last.value, { ...gone!, place }]);
    },
    { table: 'index', kind: 'unfindable' },
  ],
  [
    "a template of the next model that is nobody's",
    ({ nextTemplates }) =>
      nextTemplates.put(numberBytes(9_999), { modelId: 'model-b', vector: Float32Array.of(1) }),
    { table: 'next-templates', kind: 'stray' },
  ],
  [
    'somebody leaving a collection that is gone',
    ({ departures }) => departures.put(Buffer.alloc(32, 5), true),
    { table: 'departures', kind: 'stray' },
  ],
];

test.for(spoilt)('%s is found and set right', async ([, change, fault]) => {
  const { dir, known, right } = await whole();
  await spoil(dir, change);
  await withStore(dir, async (store) => {
    const found = await verify(store, false);
    expect(found.faults).toContainEqual(expect.objectContaining({ ...fault, outcome: 'repairable' }));
    expect((await verify(store, true)).counts).toMatchObject({ repairable: 0, lost: 0 });
    expect((await verify(store, false)).faults).toEqual([]);
    // Some are made with a tombstone more.
    expect({ ...(await askAll(store, known)), digest: '' }).toEqual({ ...right, digest: '' });
  });
});

test('who was erased and is there all the same is told, and so is one who has lost all her places', async () => {
  const { dir } = await whole();
  await spoil(dir, ({ persons, tombstones, places, memberships, foldedKeys }) => {
    const [one, other] = [...persons.keys()] as [Buffer, Buffer];
    tombstones.put(one, { kind: 'left', atMs: 1, stamp });
    for (const { key, value } of [...places.entries({ prefix: other })]) {
      places.remove(key);
      memberships.remove(Buffer.concat([key.subarray(16), textBytes(value)]));
      foldedKeys.remove(Buffer.concat([key.subarray(16), textBytes(`${value}\0${value}`)]));
    }
  });
  await withStore(dir, async (store) => {
    const { faults } = await verify(store, true);
    expect(faults).toContainEqual(expect.objectContaining({ table: 'tombstones', kind: 'contradiction' }));
    expect(faults).toContainEqual(expect.objectContaining({ table: 'persons', kind: 'contradiction' }));
    expect(faults.filter(({ outcome }) => outcome !== 'repaired').every(({ personId }) => personId)).toBe(
      true,
    );
  });
});

test('a count is set right under the key that its person has by then', async () => {
  const { dir } = await whole();
  const environment = await Environment.open(join(dir, 'gallery.mdb'));
  const tables = openTables(environment.under(checksums));
  const { memberships, places } = tables;
  const { key, value } = first(memberships.entries());
  const collection = key.subarray(0, 16);
  const anew = memberKey(collection, 'anew');
  await environment.write(() => memberships.put(key, { ...value, referenceCount: value.referenceCount + 3 }));
  const [faults, snapshot] = [new Faults(), environment.snapshot()];
  for (const _ of countsCheck(tables).run({ faults, snapshot, pictures: snapshot }));
  snapshot.done();
  const stranger = { personId: strangerId, referenceCount: 1 };
  await environment.write(() => {
    memberships.put(anew, memberships.get(key)!);
    memberships.put(key, stranger);
    places.put(placeKey(value.personId, collection), 'anew');
  });
  await environment.write(() => {
    for (const repair of faults.take(9).repairs) repair({ tables } as Ledger);
  });
  expect([memberships.get(key), memberships.get(anew)]).toEqual([stranger, value]);
  await environment.close();
});

test('others read and write while the store is looked at', async () => {
  const { dir, known } = await whole();
  await withStore(dir, async (store) => {
    let turns = 0;
    const clock = setInterval(() => turns++, 0);
    const [door] = known.collections;
    // Every other person is at the door.
    const keys = known.keys.slice(10, 30).filter((_, at) => at % 2 === 0);
    const [report] = await Promise.all([
      verify(store, true),
      ...keys.map((key) => store.gallery.renameMembership(door!, key, `${key} anew`)),
      store.gallery.erase(known.persons[1]!),
    ]);
    clearInterval(clock);
    expect(report.faults).toEqual([]);
    expect(turns).toBeGreaterThan(1);
    for (const key of keys) expect(await store.gallery.findMembership(door!, `${key} anew`)).toBeDefined();
    expect(await store.gallery.findErasure(known.persons[1]!)).toBeDefined();
    expect((await verify(store, false)).faults).toEqual([]);
  });
});
