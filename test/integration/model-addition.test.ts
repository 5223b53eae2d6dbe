import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertModels } from '../../models/convert-models.ts';
import { openOnnxRuntime } from '../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { convFilters } from '../../src/adapters/model-store/conversion/filters.ts';
import { NetworkWriter } from '../../src/adapters/model-store/conversion/network.ts';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { type Catalogue, catalogueSchema, modelEntrySchema } from '../../src/domain/catalogue.ts';
import { openAnalyser } from '../../src/pipeline/open-analyser.ts';

const file = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

describe('the recognition network that docs/models.md adds', () => {
  let folder: string;
  let catalogue: Catalogue;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ostiary-addition-'));
    const catalogueFile = file('models/catalogue.json');
    catalogue = catalogueSchema.parse(JSON.parse(await readFile(catalogueFile, 'utf8')));
    await convertModels({ catalogueFile, folder, digests: 'check', log: () => {} });
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('makes the templates once its entry, its file and its profile are there', async () => {
    const onnx = arcFaceLike();
    const entry = modelEntrySchema.parse({
      ...(await entryOfDocumentation()),
      sha256: createHash('sha256').update(onnx).digest('hex'),
    });
    entry.embedding!.output = 'descriptor';
    await writeFile(path.join(folder, entry.file), onnx);
    const catalogueFile = path.join(folder, 'catalogue.json');
    const profiles = { ...catalogue.profiles, own: { ...catalogue.profiles.default, embedding: entry.id } };
    await writeFile(catalogueFile, JSON.stringify({ models: [...catalogue.models, entry], profiles }));

    await using analyser = await openAnalyser({
      store: await openModelStore({ catalogueFile, folders: [folder] }),
      profile: 'own',
      faceModels: openOnnxRuntime({ threads: 1 }),
      codec: sharpPictureCodec(),
      limits: { maxPixels: 50_000_000, enoughLongSide: 1920 },
      tiles: 'never',
      cropQuality: 95,
    });
    const picture = await readFile(file('node_modules/@vladmandic/face-api/demo/sample1.jpg'));
    const { faces } = await analyser.analyse({
      picture,
      faces: 'detect',
      maxFaces: 0,
      embed: true,
      crop: false,
      attributes: [],
    });
    expect(analyser.models.embedding).toEqual({ id: 'arcface-r50-ours-1', dimensions: 512 });
    expect(faces).toHaveLength(3);
    for (const { template } of faces) {
      expect(template?.modelId).toBe('arcface-r50-ours-1');
      expect(template?.vector).toHaveLength(512);
      expect(Math.hypot(...template!.vector)).toBeCloseTo(1, 5);
    }
  });

  it('is cut with the same template as the other ArcFace networks of the catalogue', async () => {
    const { alignment } = modelEntrySchema.parse({
      ...(await entryOfDocumentation()),
      sha256: '0'.repeat(64),
    });
    const sface = catalogue.models.find((model) => model.id === 'face_recognition_sface_2021dec');
    expect(alignment).toEqual(sface?.alignment);
  });
});

async function entryOfDocumentation(): Promise<object> {
  const [, json] = /```json\n(.*?)```/s.exec(await readFile(file('docs/models.md'), 'utf8'))!;
  return JSON.parse(json!);
}

/** A network of ArcFace's form (112 × 112 in, 512 numbers out) whose numbers mean nothing. */
function arcFaceLike(): Uint8Array {
  const net = new NetworkWriter('arcface-like', { batch: 'N', alignChannels: false });
  const data = Float32Array.from({ length: 7 * 7 * 3 * 512 }, (_, index) => Math.sin(index));
  const filters = convFilters({ shape: [7, 7, 3, 512], data });
  const features = net.relu(net.conv(net.input(112, 112), filters, { stride: 7, padding: 'valid' }));
  net.output('descriptor', net.globalAverage(features));
  return net.encode();
}
