import { readFileSync } from 'node:fs';
import { openOnnxRuntime } from '../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { openInProcessVision } from '../../src/adapters/vision/in-process/open-in-process-vision.ts';
import { catalogueSchema, type ScoreTable } from '../../src/domain/catalogue.ts';
import type { Analyser } from '../../src/domain/ports/analyser.ts';
import type { ModelStore } from '../../src/domain/ports/model-store.ts';
import type { Vision } from '../../src/domain/ports/vision.ts';
import { openAnalyser } from '../../src/pipeline/open-analyser.ts';

const catalogueFile = 'models/catalogue.json';

/** Pictures wait here before they are analysed while it is shut; it is made open. */
export class Gate {
  #opened = Promise.resolve();
  #open = (): void => undefined;

  shut(): void {
    ({ promise: this.#opened, resolve: this.#open } = Promise.withResolvers<void>());
  }

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    await this.#opened;
  }
}

export type TestVisionOptions = {
  readonly queueCapacity?: number;
  readonly gate?: Gate;
  /** The folder of fetched networks; those that every install has are there in any case. */
  readonly fetched?: string | undefined;
};

/**
 * The networks of the catalogue, and the default profile's embedding network once more, with other templates: it looks at
 * each face from both sides.
 */
export async function openTestModels(fetched?: string): Promise<ModelStore> {
  const folders = ['models/onnx', ...(fetched === undefined ? [] : [fetched])];
  const store = await openModelStore({ catalogueFile, folders });
  const { models } = store.catalogue;
  const entry = models.find(({ id }) => id === 'face_recognition')!;
  const embedding = { ...entry.embedding!, modelId: otherModel.modelId, mirror: true };
  const other = { ...entry, id: otherModel.network, embedding };
  return {
    catalogue: { ...store.catalogue, models: [...models, other] },
    read: (each) => store.read(each),
    state: (each) => store.state(each),
  };
}

/** Of `openTestModels`. */
export const otherModel = { network: 'face_recognition_mirrored', modelId: 'face-api-recognition-mirrored' };

/** Real networks of the default profile, in this process. */
export async function openTestVision(given: TestVisionOptions = {}): Promise<Vision> {
  const { gate, fetched, ...options } = given;
  const store = await openTestModels(fetched);
  const analyser = await openAnalyser({
    store,
    profile: 'default',
    faceModels: openOnnxRuntime({ threads: 1 }),
    codec: sharpPictureCodec(),
    limits: { maxPixels: 50_000_000, enoughLongSide: 2_000 },
    tiles: 'auto',
    cropQuality: 95,
  });
  return openInProcessVision({ analyser: gate ? behindGate(analyser, gate) : analyser, ...options });
}

function behindGate(analyser: Analyser, gate: Gate): Analyser {
  return {
    models: analyser.models,
    async analyse(request, signal) {
      await gate.pass();
      return await analyser.analyse(request, signal);
    },
    embedCrop: (crop, embedding) => analyser.embedCrop(crop, embedding),
    [Symbol.asyncDispose]: () => analyser[Symbol.asyncDispose](),
  };
}

/** The catalogue's score tables by embedding model; the other one of `openTestModels` has that of its sibling. */
export function readScoreTables(): (modelId: string) => ScoreTable | undefined {
  const { models } = catalogueSchema.parse(JSON.parse(readFileSync(catalogueFile, 'utf8')));
  const tableOf = (modelId: string) =>
    models.find(({ embedding }) => embedding?.modelId === modelId)?.embedding?.scores;
  return (modelId) => tableOf(modelId === otherModel.modelId ? 'face-api-recognition-1' : modelId);
}
