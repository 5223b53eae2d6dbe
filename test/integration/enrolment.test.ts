import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { localAdmin, services } from '../../src/domain/credential.ts';
import type { EnrolmentPolicy } from '../../src/domain/enrolment.ts';
import { createOstiaryDialect } from '../../src/http/dialects/ostiary/dialect.ts';
import { createHealth } from '../../src/services/health.ts';
import { startTestApp, type TestApp } from '../harness/app.ts';
import { ostiary, tempFolder } from '../harness/command.ts';
import { call, type Reply } from '../harness/http-client.ts';
import { portrait } from '../harness/photographs.ts';

type Door = AsyncDisposable & {
  readonly app: TestApp;
  /** Through our own API. */
  enrol(key: string, picture: Buffer, collection?: string): Promise<Reply>;
  /** Through CompreFace's. */
  add(subject: string, picture: Buffer): Promise<Reply>;
};

async function openDoor(enrolment?: Partial<EnrolmentPolicy>): Promise<Door> {
  const models = await openModelStore({ catalogueFile: 'models/catalogue.json', folders: ['models/onnx'] });
  const app = await startTestApp({
    ...(enrolment && { enrolment }),
    dialects: (services) => [
      createOstiaryDialect({
        ...services,
        models,
        health: createHealth({ ...services, storeProblems: () => [], collectionsLoading: () => [] }),
      }),
    ],
  });
  const admin = { dialect: 'ostiary', services, right: 'admin', reach: 'all', name: 'test' } as const;
  const { secret: key } = await app.services.access.create(admin);
  const headers = { 'Content-Type': 'image/jpeg' };
  return {
    app,
    enrol: (name, picture, collection = 'default') => {
      const path = `/ostiary/v1/collections/${collection}/persons/${name}/references`;
      return call(app.main.address, 'POST', path, { key, headers, body: Uint8Array.from(picture) });
    },
    add: (subject, bytes) => {
      const path = `/api/v1/recognition/faces?subject=${subject}`;
      return call(app.compreface.address, 'POST', path, { key: app.keys.recognition, files: [{ bytes }] });
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** The same photograph with fewer pixels, out of focus, or tilted. */
const smaller = async (picture: Buffer, width: number) => sharp(picture).resize(width).jpeg().toBuffer();
const blurred = async (picture: Buffer) => sharp(picture).blur(7).jpeg().toBuffer();
const tilted = async (picture: Buffer) =>
  sharp(picture).rotate(30, { background: '#888888' }).jpeg().toBuffer();

describe('enrolment by policy', () => {
  it('takes without a policy what it always took, the same face under two keys and poor pictures', async () => {
    await using door = await openDoor();
    const ann = await portrait('ann');
    for (const picture of [ann, await smaller(ann, 60), await blurred(ann), await tilted(ann)]) {
      expect((await door.enrol('Ann', picture)).status).toBe(201);
    }
    expect(await door.add('Bea', ann)).toMatchObject({ status: 201, json: { subject: 'Bea' } });
  });

  it('refuses photographs that are too small, too poor or too tilted, and tells what was measured', async () => {
    await using door = await openDoor({ minFacePixels: 80, minQuality: 0.8, maxYaw: 40, maxRoll: 25 });
    const ann = await portrait('ann');
    expect((await door.enrol('Ann', ann)).status).toBe(201);
    const refused = [
      [await smaller(ann, 60), 'face-too-small', { pixels: expect.any(Number), required: 80 }],
      [await blurred(ann), 'quality-too-low', { overall: expect.any(Number), weakest: 'sharpness' }],
      [await tilted(ann), 'pose-too-far', { angle: 'roll', roll: expect.any(Number), allowed: 25 }],
    ] as const;
    for (const [picture, code, details] of refused) {
      expect(await door.enrol('Ann', picture)).toMatchObject({
        status: 422,
        json: { error: { code, message: expect.any(String), details } },
      });
      expect(await door.add('Ann', picture)).toMatchObject({
        status: 400,
        json: { code: 28, message: expect.stringMatching(/required|allowed/) },
      });
    }
    expect(door.app.services.gallery.counts()).toMatchObject({ persons: 1, references: 1 });
  });

  it('knows a face again that another key has, through each API, and of two at once lets one pass', async () => {
    await using door = await openDoor({ duplicates: 'reached' });
    const [first, other] = [await portrait('ann'), await portrait('ann', 'other')];
    const outcomes = await Promise.all([door.enrol('Ann', first), door.add('Anna', other)]);
    expect(outcomes.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    await door.app.services.collections.create(localAdmin, { slug: 'guests', name: 'guests' });
    expect(await door.enrol('Annie', other, 'guests')).toMatchObject({
      status: 409,
      json: {
        error: {
          code: 'face-duplicate',
          details: { fmr: expect.any(Number), maxFmr: 1e-4, collectionId: door.app.collection.id },
        },
      },
    });
    expect(await door.add('Annie', other)).toMatchObject({
      status: 400,
      json: { code: 43, message: 'The face is saved under another subject already' },
    });
    expect((await door.enrol('Bea', await portrait('bea'), 'guests')).status).toBe(201);
  });

  it('replaces the weakest photograph of a person by a better one', async () => {
    await using door = await openDoor({ maxReferences: 1, whenFull: 'replaceWeakest' });
    const ann = await portrait('ann');
    const poor = (await door.enrol('Ann', await blurred(ann))).json as { referenceId: string };
    expect(await door.enrol('Ann', ann)).toMatchObject({ status: 201, json: { replaced: poor.referenceId } });
    expect(await door.enrol('Ann', await blurred(ann))).toMatchObject({
      status: 409,
      json: { error: { code: 'references-full', details: { references: 1, allowed: 1 } } },
    });
    expect(await door.add('Ann', await blurred(ann))).toMatchObject({ status: 400, json: { code: 26 } });
    expect(door.app.services.gallery.counts()).toMatchObject({ persons: 1, references: 1 });
  });
});

describe('the command with a policy', () => {
  it('reports for each file why it was not enrolled', async () => {
    await using folder = await tempFolder();
    const pictures = join(folder.path, 'ann');
    await mkdir(pictures);
    const ann = await portrait('ann');
    await writeFile(join(pictures, '1.jpg'), ann);
    await writeFile(join(pictures, '2-small.jpg'), await smaller(ann, 60));
    await writeFile(join(pictures, '3-tilted.jpg'), await tilted(ann));
    const env = { OSTIARY_GALLERY_ENROLMENT_MIN_FACE_PIXELS: '80', OSTIARY_GALLERY_ENROLMENT_MAX_ROLL: '25' };
    const options = { data: join(folder.path, 'data'), env };
    const told = await ostiary(['enrol', 'Ann', pictures], options);
    expect(told.exitCode).toBe(1);
    expect(told.stdout).toContain('1 of 3 pictures of Ann are enrolled in default.');
    expect(told.stdout).toMatch(/2-small\.jpg: .* has \d+ pixels; at least 80 .*\(face-too-small\)/);
    expect(told.stdout).toMatch(/3-tilted\.jpg: .*roll is \d.*at most 25 .*\(pose-too-far\)/);
    const { stdout } = await ostiary(['--json', 'enrol', 'Ann', pictures], options);
    expect(JSON.parse(stdout).files[1]).toMatchObject({ ok: false, details: { required: 80 } });
  });

  it('identifies by the rate of a search, and says what it accepted', async () => {
    await using folder = await tempFolder();
    const file = join(folder.path, 'ann.jpg');
    await writeFile(file, await portrait('ann'));
    const data = join(folder.path, 'data');
    await ostiary(['enrol', 'Ann', file], { data });
    const known = await ostiary(['identify', '--fpir', '0.01', file], { data });
    expect(known).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Ann, similarity 1.000') });
    expect(known.stderr).toContain(
      'Accepted: 1 in 100 comparisons of strangers, 1 in 100 searches among 1 persons',
    );
    const both = await ostiary(['identify', '--fpir', '0.01', '--fmr', '0.01', file], { data });
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not both') });
  });
});

const faces = process.env.OSTIARY_FACES_DIR ?? '';

describe.skipIf(!existsSync(faces))('with photographs of known people', () => {
  const photograph = (name: string) => readFile(join(faces, 'people', name));

  it('refuses another photograph of one person under another key, and takes other people', async () => {
    await using door = await openDoor({ duplicates: 'collection', duplicateFmr: 1e-2 });
    const enrolled = [
      ['Obama', 'train-obama-obama.jpg'],
      ['Biden', 'train-biden-biden.jpg'],
      ['Leslie', 'train-rose_leslie-img1.jpg'],
    ] as const;
    for (const [key, file] of enrolled)
      expect((await door.enrol(key, await photograph(file))).status).toBe(201);
    const later = [
      ['Barack', 'train-obama-obama2.jpg'],
      ['Joe', 'train-biden-biden2.jpg'],
      ['Rose', 'train-rose_leslie-img2.jpg'],
    ] as const;
    for (const [key, file] of later) {
      const { status, json } = await door.enrol(key, await photograph(file));
      expect({ key, status, json }).toMatchObject({
        status: 409,
        json: { error: { code: 'face-duplicate' } },
      });
    }
    for (const [at, [, file]] of later.entries()) {
      expect((await door.enrol(enrolled[at]![0], await photograph(file))).status).toBe(201);
    }
  });
});
