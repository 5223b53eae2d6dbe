import { readFileSync } from 'node:fs';
import { openOnnxRuntime } from '../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { openInProcessVision } from '../../src/adapters/vision/in-process/open-in-process-vision.ts';
import { catalogueSchema, type ScoreTable } from '../../src/domain/catalogue.ts';
import type { Vision } from '../../src/domain/ports/vision.ts';
import { openAnalyser } from '../../src/pipeline/open-analyser.ts';

const catalogueFile = 'models/catalogue.json';

/** Real networks of the default profile, in this process. */
export async function openTestVision(options: { queueCapacity?: number } = {}): Promise<Vision> {
  const store = await openModelStore({ catalogueFile, folders: ['models/onnx'] });
  const analyser = await openAnalyser({
    store,
    profile: 'default',
    faceModels: openOnnxRuntime({ threads: 1 }),
    codec: sharpPictureCodec(),
    limits: { maxPixels: 50_000_000, enoughLongSide: 2_000 },
    tiles: 'auto',
    cropQuality: 95,
  });
  return openInProcessVision({ analyser, ...options });
}

/** The catalogue's score tables by embedding model. */
export function readScoreTables(): (modelId: string) => ScoreTable | undefined {
  const { models } = catalogueSchema.parse(JSON.parse(readFileSync(catalogueFile, 'utf8')));
  return (modelId) => models.find(({ embedding }) => embedding?.modelId === modelId)?.embedding?.scores;
}
