import { AsyncLocalStorage } from 'node:async_hooks';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { ModelStore } from '../domain/ports/model-store.ts';
import type { TemplateModels } from '../domain/ports/template-models.ts';
import type { Vision, VisionModels } from '../domain/ports/vision.ts';

/** So long a request keeps the embedding model that it began with, and so long templates of that one are searched. */
export const modelGraceMs = 60_000;

/** What a request began with. */
type Pin = { entry?: ModelEntry | undefined; untilMs?: number };

const pins = new AsyncLocalStorage<Pin>();

/** All that `run` asks of vision is about one embedding model, also when that is changed meanwhile. */
export function withOneModel<R>(run: () => R): R {
  return pins.run({}, run);
}

export type ServingParts = {
  readonly models: Pick<ModelStore, 'catalogue'>;
  readonly templates: Pick<TemplateModels, 'serving'>;
};

/** The same vision; templates are made by the network of the gallery's model, once that was changed. */
export function serveModel(vision: Vision, parts: ServingParts): Vision {
  const network = (): ModelEntry | undefined => {
    const pin = pins.getStore();
    if (!pin) return servingEntry(parts);
    const nowMs = performance.now();
    // What a request has begun may go on for hours, as jobs do.
    if (pin.untilMs === undefined || nowMs > pin.untilMs) {
      pin.entry = servingEntry(parts);
      pin.untilMs = nowMs + modelGraceMs;
    }
    return pin.entry;
  };
  const chosen = () => {
    const entry = network();
    return entry && { embedding: entry.id };
  };
  const told = (models: VisionModels): VisionModels => {
    const embedding = network()?.embedding;
    return embedding
      ? { ...models, embedding: { id: embedding.modelId, dimensions: embedding.dimensions } }
      : models;
  };
  return {
    analyse: (request, signal) => vision.analyse({ ...chosen(), ...request }, signal),
    embedCrop: (crop, wish, signal) => vision.embedCrop(crop, { ...chosen(), ...wish }, signal),
    status() {
      const status = vision.status();
      return status.models ? { ...status, models: told(status.models) } : status;
    },
    ready: async (signal) => told(await vision.ready(signal)),
    [Symbol.asyncDispose]: () => vision[Symbol.asyncDispose](),
  };
}

/** The network that makes the templates which are searched; `undefined` until the model was changed. `model-missing`. */
export function servingEntry({ models, templates }: ServingParts): ModelEntry | undefined {
  const modelId = templates.serving();
  if (modelId === undefined) return undefined;
  const entry = models.catalogue.models.find(({ embedding }) => embedding?.modelId === modelId);
  if (!entry) throw new AppError('model-missing', `The catalogue has no network that makes ${modelId}`);
  return entry;
}
