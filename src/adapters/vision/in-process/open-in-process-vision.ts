import { AppError } from '../../../domain/errors.ts';
import type { AnalysedPicture, FaceCrop, Template } from '../../../domain/face.ts';
import type { Analyser } from '../../../domain/ports/analyser.ts';
import type {
  AnalyseRequest,
  EmbedWish,
  Vision,
  VisionModels,
  VisionStatus,
} from '../../../domain/ports/vision.ts';
import { RequestDesk } from '../request-desk.ts';

/** Vision on the calling thread, over an analyser that it owns from now on: for tests, tools and benchmarks. */
export function openInProcessVision(options: {
  analyser: Analyser;
  queueCapacity?: number;
  maxQueuedBytes?: number;
}): Vision {
  return new InProcessVision(options.analyser, {
    capacity: options.queueCapacity ?? 32,
    maxBytes: options.maxQueuedBytes ?? 64 * 2 ** 20,
  });
}

class InProcessVision implements Vision {
  readonly #analyser: Analyser;
  readonly #desk: RequestDesk;
  /** The analyser takes one call at a time; the last of them. */
  #busy: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(analyser: Analyser, limits: { capacity: number; maxBytes: number }) {
    this.#analyser = analyser;
    this.#desk = new RequestDesk(limits, stopped);
    this.#desk.open(1);
  }

  analyse(request: AnalyseRequest, signal?: AbortSignal): Promise<AnalysedPicture> {
    const { priority, ...rest } = request;
    return this.#desk.ask({
      priority,
      bytes: request.picture.byteLength,
      signal,
      run: async (leaving, waitedMs) => {
        const picture = await this.#keep(this.#analyser.analyse(rest, leaving));
        return { ...picture, stageMs: { ...picture.stageMs, queue: waitedMs } };
      },
    });
  }

  embedCrop(crop: FaceCrop, { priority, embedding }: EmbedWish, signal?: AbortSignal): Promise<Template> {
    const run = () => this.#keep(this.#analyser.embedCrop(crop, embedding));
    return this.#desk.ask({ priority, bytes: crop.jpeg.byteLength, signal, run });
  }

  status(): VisionStatus {
    return {
      state: this.#closed === undefined ? 'ready' : 'stopped',
      restarts: 0,
      queued: this.#desk.queued,
      running: this.#desk.running,
      rssBytes: process.memoryUsage.rss(),
      models: this.#analyser.models,
    };
  }

  async ready(signal?: AbortSignal): Promise<VisionModels> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw stopped();
    return this.#analyser.models;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#desk.close(stopped);
    await Promise.allSettled([this.#busy]);
    await this.#analyser[Symbol.asyncDispose]();
  }

  #keep<T>(work: Promise<T>): Promise<T> {
    this.#busy = work;
    return work;
  }
}

function stopped(): AppError {
  return new AppError('vision-down', 'Vision was stopped');
}
