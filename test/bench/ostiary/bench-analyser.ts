import { fileURLToPath } from 'node:url';
import { openOnnxRuntime } from '../../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { openModelStore } from '../../../src/adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from '../../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import type { Analyser } from '../../../src/domain/ports/analyser.ts';
import type { FaceModels } from '../../../src/domain/ports/face-models.ts';
import type { ModelStore } from '../../../src/domain/ports/model-store.ts';
import type { PictureCodec } from '../../../src/domain/ports/picture-codec.ts';
import type { AnalyseRequest } from '../../../src/domain/ports/vision.ts';
import { openAnalyser } from '../../../src/pipeline/open-analyser.ts';

/** What recognition asks of a picture: all faces with templates, no crop, no attributes. */
export function recogniseRequest(picture: Uint8Array): Omit<AnalyseRequest, 'priority'> {
  return { picture, faces: 'detect', maxFaces: 0, embed: true, crop: false, attributes: [] };
}

/** The fetched models' folder, when this machine has one. */
export function modelsFolder(): string | undefined {
  return process.env.OSTIARY_MODELS_DIR || undefined;
}

/** The catalogue with the converted networks and, where there are any, the fetched ones. */
export async function openBenchStore(): Promise<ModelStore> {
  const models = new URL('../../../models/', import.meta.url);
  const fetched = modelsFolder();
  return openModelStore({
    catalogueFile: fileURLToPath(new URL('catalogue.json', models)),
    folders: [fileURLToPath(new URL('onnx', models)), ...(fetched === undefined ? [] : [fetched])],
  });
}

export type BenchAnalyserOptions = {
  readonly profile?: string;
  readonly tiles?: 'auto' | 'always' | 'never';
  readonly faceModels?: FaceModels;
  readonly codec?: PictureCodec;
};

/** The analyser as the vision process opens it with its default settings, one thread a network. */
export async function openBenchAnalyser(options: BenchAnalyserOptions = {}): Promise<Analyser> {
  return openAnalyser({
    store: await openBenchStore(),
    profile: options.profile ?? 'default',
    faceModels: options.faceModels ?? openOnnxRuntime({ threads: 1 }),
    codec: options.codec ?? sharpPictureCodec(),
    limits: benchDecodeLimits,
    tiles: options.tiles ?? 'auto',
    cropQuality: 95,
  });
}

const benchDecodeLimits = { maxPixels: 50_000_000, enoughLongSide: 1920 };
