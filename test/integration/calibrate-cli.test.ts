import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scoreTableSchema } from '../../src/domain/catalogue.ts';
import { samplePaths } from '../bench/pictures/photographs.ts';
import { singleFaces } from '../bench/pictures/single-faces.ts';
import { ostiary, tempFolder } from '../harness/command.ts';

const picturesEach = 7;

let folder: Awaited<ReturnType<typeof tempFolder>>;
let data: string;
let labelled: string;
let few: string;

beforeAll(async () => {
  folder = await tempFolder();
  data = join(folder.path, 'data');
  labelled = join(folder.path, 'labelled');
  few = join(folder.path, 'few');
  for (const [number, { bytes }] of (await singleFaces()).entries()) {
    await writePictures(join(labelled, `person-${number}`), bytes, picturesEach);
    if (number < 3) await writePictures(join(few, `person-${number}`), bytes, 1);
  }
  await writeFile(join(labelled, 'person-0', 'notes.txt'), 'no picture');
  await writeFile(join(labelled, 'person-0', 'torn.jpg'), 'no picture');
  await copyFile(samplePaths()[0]!, join(labelled, 'person-1', 'several.jpg'));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** One face at several brightnesses. */
async function writePictures(home: string, bytes: Uint8Array, count: number): Promise<void> {
  await mkdir(home, { recursive: true });
  for (let number = 0; number < count; number++) {
    const brighter = sharp(bytes).modulate({ brightness: 0.85 + 0.05 * number });
    await writeFile(join(home, `${number}.jpg`), await brighter.jpeg({ quality: 90 }).toBuffer());
  }
}

it('models calibrate makes a score table of labelled pictures, and leaves nothing of them', async () => {
  const ended = await ostiary(['models', 'calibrate', labelled, '--data', 'women', '--json'], { data });

  expect([ended.exitCode, ended.stderr]).toEqual([0, expect.stringContaining('Left out: ')]);
  const { modelId, scores, unseen, leftOut } = JSON.parse(ended.stdout);
  expect(modelId).toBe('face-api-recognition-1');
  const table = scoreTableSchema.parse(scores);
  expect(table).toMatchObject({ people: 5, faces: 35, genuinePairs: 105, impostorPairs: 490, data: 'women' });
  expect(table.rows.filter(({ extrapolated }) => !extrapolated).map(({ fmr }) => fmr)).toEqual([
    0.3, 0.1, 0.03, 0.01,
  ]);
  expect(unseen).toMatchObject({ people: 5, faces: 35, genuinePairs: 105, impostorPairs: 490 });
  expect(leftOut).toMatchObject([
    { file: join(labelled, 'person-0', 'torn.jpg'), code: 'picture-unreadable' },
    { file: join(labelled, 'person-1', 'several.jpg'), code: 'several-faces' },
  ]);
  expect(await readdir(data).catch(() => [])).toEqual([]);
});

it('models calibrate says how many people are needed', async () => {
  const { exitCode, stderr } = await ostiary(['models', 'calibrate', few], { data });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('about 58 people are needed with 1 faces each. There are 3 with 3 faces');
});

it('models calibrate refuses a folder that is not there, and a network that it has not', async () => {
  const missing = await ostiary(['models', 'calibrate', join(folder.path, 'nothing')], { data });
  expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('cannot be read')]);
  const unknown = await ostiary(['models', 'calibrate', few, '--network', 'nobody'], { data });
  expect(unknown.exitCode).toBe(5);
});
