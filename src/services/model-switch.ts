import { setTimeout as delay } from 'node:timers/promises';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError, toAppError } from '../domain/errors.ts';
import type { FaceCrop, Template } from '../domain/face.ts';
import type { Job } from '../domain/job.ts';
import type { Log } from '../domain/ports/log.ts';
import type { ModelStore } from '../domain/ports/model-store.ts';
import type { LeftReference, TemplateModels } from '../domain/ports/template-models.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { JobService, JobTools } from './jobs.ts';
import { modelGraceMs } from './serving-vision.ts';

export const switchKind = 'model-switch';

/** What a change of the model has left, and the model that is searched; `undefined` until the first change. */
export type LeftPage = {
  readonly serving: string | undefined;
  readonly references: readonly LeftReference[];
};

/** Gives all stored faces templates of another embedding network, by a job whose report tells how many. */
export interface ModelSwitch {
  /** By the network's id. `bad-input` when it makes no templates, `model-missing` when it is not on this box. */
  start(network: string): Promise<Job>;
  /** References that nobody finds, for no template of the present model could be made. */
  listLeft(page: { readonly after?: number | undefined; readonly limit: number }): Promise<LeftPage>;
}

export type ModelSwitchParts = {
  readonly jobs: JobService;
  readonly models: ModelStore;
  readonly templates: TemplateModels;
  readonly vision: Pick<Vision, 'embedCrop'>;
  readonly log: Log;
  /** `modelGraceMs` when absent. */
  readonly graceMs?: number;
};

const retryMs = 1_000;
/** Vision is started again within seconds; if it never comes, the job is to be begun again when it does. */
const mostTries = 60;
/** What tells that no network can read a crop. */
const unreadable: ReadonlySet<string> = new Set(['bad-input', 'picture-unreadable', 'too-large']);

/** Registers the kind of job. */
export function createModelSwitch(parts: ModelSwitchParts): ModelSwitch {
  const { jobs, templates } = parts;
  jobs.register(switchKind, async (job, tools) => {
    try {
      return await run(parts, (job.ask as { network: string }).network, tools);
    } catch (error) {
      // A stop of the service is none: what was made is gone on with.
      if ((await jobs.get(job.id)).state === 'cancelling') await templates.discard();
      throw error;
    }
  });
  return {
    async start(network) {
      await requireNetwork(parts.models, network);
      return jobs.submit(switchKind, { network });
    },
    listLeft: async (page) => ({
      serving: templates.serving(),
      references: await templates.listLeft(page),
    }),
  };
}

async function run(
  { models, templates, vision, log, graceMs = modelGraceMs }: ModelSwitchParts,
  network: string,
  { signal, save }: JobTools,
): Promise<{ readonly network: string; readonly embedded: number; readonly left: number }> {
  const { modelId } = await requireNetwork(models, network);
  const { embedded, left } = await templates.switchTo({
    ...{ modelId, signal, graceMs },
    embed: (crop) => embedPatiently(vision, crop, { network, signal }),
    onProgress: (progress) => save(progress),
  });
  log.info({ model: modelId, embedded, left }, 'The embedding model was changed');
  return { network, embedded, left };
}

async function requireNetwork(
  models: ModelStore,
  network: string,
): Promise<NonNullable<ModelEntry['embedding']>> {
  const entry = models.catalogue.models.find(({ id }) => id === network);
  if (!entry?.embedding) throw new AppError('bad-input', `The catalogue has no embedding network ${network}`);
  const state = await models.state(entry);
  if (state !== 'installed') throw new AppError('model-missing', `The network ${network} is ${state}`);
  return entry.embedding;
}

/** `undefined` for a crop that no network can read. */
async function embedPatiently(
  vision: Pick<Vision, 'embedCrop'>,
  crop: FaceCrop,
  { network, signal }: { network: string; signal: AbortSignal },
): Promise<Template | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await vision.embedCrop(crop, { priority: 'background', embedding: network }, signal);
    } catch (error) {
      const { code } = toAppError(error);
      if (unreadable.has(code)) return undefined;
      const isPassing = code === 'overloaded' || (code === 'vision-down' && tries < mostTries);
      if (!isPassing) throw error;
      await delay(retryMs, undefined, { signal });
    }
  }
}
