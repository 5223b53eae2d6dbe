import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../../../src/adapters/gallery/lmdb/finder/codes.ts';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { NewReference, Uuid } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { type RawRecord, rawRecords } from '../../fixtures/gallery/raw-records.ts';
import {
  type Needles,
  searchFiles,
  templateNeedles,
  textNeedles,
} from '../../fixtures/gallery/search-files.ts';
import { randomNumbers, randomUnits } from '../../fixtures/vectors.ts';
import { restored, secret } from '../backup/backups.ts';

const dimensions = 128;
const people = 120;
const herNumber = 77;
const herKey = 'Æðelþryð Quillfeather-Ødegaard';
const herName = 'Miss Quillfeather of Ødegaard Hall';
const herNote = 'She is allergic to walnuts';
/** Her id stays on her receipt, and shorter runs stand in many places by chance. */
const idBytes = 16;
const longRun = 512;
/** Person and collection: so much the change log tells as well, of one who has gone. */
const idsAlone = 'places';

/** Hers, besides what is counted. */
const herTables = [
  'persons',
  'memberships',
  'folded-keys',
  'places',
  'references',
  'templates',
  'codes',
  'crops',
  'pictures',
];

function randomBytes(length: number, seed: number): Buffer {
  const random = randomNumbers(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

function faceOf(number: number): NewReference {
  const plain = face([1]);
  return {
    ...plain,
    template: { modelId: 'model-a', vector: randomUnits(1, dimensions, number) },
    crop: { jpeg: randomBytes(4_000 + 7 * number, number), landmarks: plain.landmarks },
    picture: randomBytes(20_000 + 11 * number, -number),
  };
}

async function enrolAll(gallery: Gallery): Promise<{ personId: Uuid }> {
  const { id } = await gallery.createCollection('door', 'Door');
  const enrolled = await Promise.all(
    Array.from({ length: people }, (_, number) =>
      gallery.enrol(id, number === herNumber ? herKey : `person ${number}`, faceOf(number)),
    ),
  );
  const { personId } = enrolled[herNumber]!;
  await gallery.updatePerson(personId, { name: herName, metadata: { note: herNote } });
  return { personId };
}

/** Everything that the gallery still answers of her. */
async function answersOf(gallery: Gallery, personId: Uuid): Promise<unknown[]> {
  const { id } = (await gallery.findCollection('door'))!;
  const ask = {
    collectionIds: [id],
    modelId: 'model-a',
    limit: people,
    minScore: -1,
    distinctPersons: false,
  };
  const [hits] = await gallery.search({ ...ask, probes: [hers.template.vector], includeBarred: true });
  const { references } = await gallery.listReferences(id, { offset: 0, limit: people });
  const answers = [
    await gallery.findPerson(personId),
    await gallery.findMembership(id, herKey, 'ignoreCase'),
    ...(await gallery.listMemberships(id)).filter((member) => member.personId === personId),
    ...references.filter((reference) => reference.personId === personId),
    ...hits!.filter((hit) => hit.personId === personId),
  ];
  return answers.filter((answer) => answer !== undefined);
}

const hers = faceOf(herNumber);
const needles: Needles = {
  ...textNeedles('key', herKey),
  ...textNeedles('name', herName),
  ...textNeedles('note', herNote),
  crop: Buffer.from(hers.crop!.jpeg).subarray(1_000, 1_064),
  picture: Buffer.from(hers.picture!).subarray(9_000, 9_064),
  ...templateNeedles(hers.template.vector),
  code: Buffer.from(codeOf(hers.template.vector)),
};
/** In these forms a store without a key holds her; the others are looked for in case it should ever. */
const heldPlainly = [
  'key (UTF-8)',
  'key (UTF-16, high byte first)',
  'name (UTF-8)',
  'note (UTF-8)',
  'crop',
  'picture',
  'template (float32)',
  'code',
];

/** What a record has left that is gone, or another by now: where it lay, unless that is an id, and what lay there. */
function leftBy({ table, place, value }: RawRecord, isGone: boolean): Needles {
  const what = `${table} ${place.toString('hex')}`;
  const run = value.length > longRun ? value.subarray(-longRun) : value;
  return {
    ...(isGone && place.length > idBytes && table !== idsAlone && { [`place of ${what}`]: place }),
    ...(value.length > idBytes && { [`value of ${what}`]: run }),
  };
}

test.for([
  ['a store', undefined],
  ['a sealed store', Buffer.alloc(32, 9)],
] as const)(
  'nothing of a person is left in any file of %s from which she was erased',
  async ([, wrappingKey]) => {
    const dir = await ownFolder();
    const use = async <R>(work: (store: LmdbStore) => Promise<R>): Promise<R> => {
      const store = await openLmdbStore({ dir, wrappingKey });
      const result = await work(store);
      await store.close();
      return result;
    };
    const records = async () => {
      const files = ['gallery.mdb', 'pictures.mdb'].map((name) => rawRecords(join(dir, name)));
      return new Map((await Promise.all(files)).flatMap((file) => [...file]));
    };
    const found = async (what: Needles) => [...(await searchFiles(dir, what)).keys()].toSorted();

    const { personId } = await use(({ gallery }) => enrolAll(gallery));
    const backups = await ownFolder();
    const { file } = await use((store) => store.backups.make({ dir: backups, secret }));
    expect(await found(needles)).toEqual(wrappingKey ? [] : heldPlainly.toSorted());
    const before = await records();

    const digest = await use(async ({ gallery }) => {
      await gallery.erase(personId);
      expect(await answersOf(gallery, personId)).toEqual([]);
      expect(gallery.unscrubbedSinceMs()).toBeGreaterThan(0);
      return gallery.digest();
    });
    const after = await records();
    const gone = [...before].filter(([at, { value }]) => !after.get(at)?.value.equals(value));
    // Her stamps stay, for other devices: where her place was is where they are.
    const places = new Set(Array.from(after.values(), ({ place }) => place.toString('hex')));
    const left = Object.assign(
      {},
      ...gone.map(([, record]) => leftBy(record, !places.has(record.place.toString('hex')))),
    ) as Needles;
    expect(gone.map(([, { table }]) => table)).toEqual(expect.arrayContaining(herTables));
    // Removed, and still there: this is what the scrub is for.
    expect((await found(left)).length).toBeGreaterThan(10);
    if (!wrappingKey) expect(await found(needles)).not.toEqual([]);

    await use(async ({ gallery }) => {
      await gallery.scrub();
      expect(gallery.unscrubbedSinceMs()).toBeUndefined();
      expect(await searchFiles(dir, { ...needles, ...left })).toEqual(new Map());
      expect(await gallery.digest()).toBe(digest);
    });
    expect(await searchFiles(dir, { ...needles, ...left })).toEqual(new Map());
    expect(await use(({ gallery }) => gallery.digest())).toBe(digest);

    // Nor does a backup bring her back that was made before.
    const again = join(await ownFolder(), 'store');
    await restored(
      { file, dir: again, wrappingKey, erasures: [{ personId, hiddenAtMs: 1 }] },
      async (store) => {
        expect(await answersOf(store.gallery, personId)).toEqual([]);
        expect(await searchFiles(again, { ...needles, ...left })).toEqual(new Map());
      },
    );

    // The search would have found each of them.
    await writeFile(join(dir, 'control'), Buffer.concat(Object.values({ ...needles, ...left })));
    expect(await found({ ...needles, ...left })).toEqual(Object.keys({ ...needles, ...left }).toSorted());
  },
);
