import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, toAppError } from '../../../domain/errors.ts';
import type { AnalysedPicture, FaceCrop, Template } from '../../../domain/face.ts';
import type { Log } from '../../../domain/ports/log.ts';
import type {
  AnalyseRequest,
  EmbedWish,
  Vision,
  VisionModels,
  VisionStatus,
} from '../../../domain/ports/vision.ts';
import { Backoff } from '../../../primitives/backoff.ts';
import { RequestDesk } from '../request-desk.ts';
import { maxFrameBytes } from './frames.ts';
import type { Order } from './messages.ts';
import type { AnalyserSettings, VisionSettings } from './settings.ts';
import { VisionLife } from './vision-life.ts';

export type StartVisionOptions = {
  readonly analyser: AnalyserSettings;
  /** Worker threads, each with networks of its own. */
  readonly workers: number;
  readonly log: Log;
  /** How many requests may wait; 32 unless told. */
  readonly queueCapacity?: number;
  /** How many bytes of pictures may wait; 64 MiB unless told. */
  readonly maxQueuedBytes?: number;
  /** 30 s unless told. */
  readonly pictureDeadlineMs?: number;
  /** 60 s unless told. */
  readonly startDeadlineMs?: number;
  /** How long requests may wait for vision to come back after one fault; 4 s unless told. */
  readonly patienceMs?: number;
  /** 0 to 19; 5 unless told, so that main answers while vision takes every core. */
  readonly niceness?: number;
  /** All that the process finds in its environment, beside what vision itself sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The root module of the process, and of its worker threads, where they are not Ostiary's own. */
  readonly program?: URL;
  readonly workerModule?: URL;
};

const largestPicture = maxFrameBytes - 2 ** 16;

/**
 * Starts the vision process, and starts it again whenever it ends. Requests are refused until it is ready for the first
 * time. After one fault only those at work are: who waits or comes is answered by the next life, for to refuse them would
 * make them upload anew while it needs the processor. After another soon after, all are refused until it is ready.
 */
export function startVision(options: StartVisionOptions): Vision {
  return new ProcessVision(options);
}

/**
 * The queue is here in main, and each worker holds one request. So a request that is refused or given up costs no copy
 * and no message, a crash takes few along, no pipe is ever the place where pictures pile up, and vision's memory does
 * not depend on how many wait.
 */
class ProcessVision implements Vision {
  readonly #options: StartVisionOptions;
  readonly #settings: VisionSettings;
  readonly #desk: RequestDesk;
  readonly #backoff = new Backoff({
    firstMs: 250,
    maxMs: 10_000,
    stableMs: 30_000,
    now: () => performance.now(),
    random: Math.random,
  });
  readonly #stop = new AbortController();
  readonly #events = new EventEmitter<{ ready: [VisionModels] }>().setMaxListeners(0);
  readonly #watch: Promise<void>;
  #life: VisionLife | undefined;
  #state: VisionStatus['state'] = 'starting';
  #restarts = 0;
  #models: VisionModels | undefined;
  /** Why the last life ended. */
  #lastEnd: Error | undefined;
  #expectedAtMs = 0;
  #startTookMs = 2000;
  #patience: NodeJS.Timeout | undefined;

  constructor(options: StartVisionOptions) {
    this.#options = options;
    this.#settings = {
      workers: options.workers,
      analyser: options.analyser,
      ...(options.workerModule === undefined ? {} : { workerModule: options.workerModule.href }),
    };
    const limits = {
      capacity: options.queueCapacity ?? 32,
      maxBytes: options.maxQueuedBytes ?? 64 * 2 ** 20,
    };
    this.#desk = new RequestDesk(limits, () => this.#down());
    this.#watch = this.#keepAlive();
  }

  async analyse(request: AnalyseRequest, signal?: AbortSignal): Promise<AnalysedPicture> {
    const { priority, ...rest } = request;
    // Room for the header is left, so that no frame of ours is ever over its limit.
    if (request.picture.byteLength > largestPicture) {
      throw new AppError('too-large', `A picture has at most ${largestPicture} bytes`);
    }
    return await this.#desk.ask({
      priority,
      bytes: request.picture.byteLength,
      signal,
      run: async (leaving, waitedMs) => {
        const order: Order = { type: 'analyse', priority, request: rest };
        const picture = (await this.#ask(order, leaving)) as AnalysedPicture;
        return { ...picture, stageMs: { ...picture.stageMs, queue: waitedMs } };
      },
    });
  }

  async embedCrop(crop: FaceCrop, wish: EmbedWish, signal?: AbortSignal): Promise<Template> {
    return await this.#desk.ask({
      priority: wish.priority,
      bytes: crop.jpeg.byteLength,
      signal,
      run: async (leaving) => (await this.#ask({ type: 'embed', crop, ...wish }, leaving)) as Template,
    });
  }

  status(): VisionStatus {
    return {
      state: this.#state,
      restarts: this.#restarts,
      queued: this.#desk.queued,
      running: this.#desk.running,
      rssBytes: this.#life?.rssBytes ?? 0,
      ...(this.#models === undefined ? {} : { models: this.#models }),
    };
  }

  async ready(signal?: AbortSignal): Promise<VisionModels> {
    signal?.throwIfAborted();
    if (this.#state === 'ready' && this.#models !== undefined) return this.#models;
    const givenUp = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    try {
      const [models] = await once(this.#events, 'ready', { signal: givenUp });
      return models;
    } catch (error) {
      throw this.#stop.signal.aborted ? this.#down() : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#state = 'stopped';
      this.#stop.abort();
      clearTimeout(this.#patience);
      this.#desk.close(() => this.#down());
      this.#life?.kill(new Error('Vision was stopped'));
    }
    await this.#watch;
  }

  async #keepAlive(): Promise<void> {
    const { log } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#lastEnd = await this.#liveOnce();
      if (this.#stop.signal.aborted) return;
      const restartInMs = this.#backoff.failed();
      this.#state = 'restarting';
      this.#restarts += 1;
      this.#expectedAtMs = performance.now() + restartInMs + this.#startTookMs;
      if (restartInMs === 0) this.#holdRequests();
      else this.#refuseRequests();
      log.error({ error: this.#lastEnd, restartInMs }, 'Vision ended and is started again');
      await wait(restartInMs, undefined, { signal: this.#stop.signal }).catch(() => 'stopped');
    }
  }

  #holdRequests(): void {
    this.#desk.pause(() => this.#down());
    this.#patience = setTimeout(() => this.#refuseRequests(), this.#options.patienceMs ?? 4000);
  }

  #refuseRequests(): void {
    clearTimeout(this.#patience);
    this.#desk.close(() => this.#down());
  }

  /** Resolves with why the process ended, or did not start. */
  async #liveOnce(): Promise<Error> {
    try {
      this.#life = this.#startLife();
    } catch (error) {
      return toAppError(error);
    }
    return await this.#life.ended;
  }

  #startLife(): VisionLife {
    const { program, environment, niceness, startDeadlineMs, pictureDeadlineMs, log } = this.#options;
    const startedAtMs = performance.now();
    this.#expectedAtMs = startedAtMs + this.#startTookMs;
    return new VisionLife({
      program: program ?? new URL('../../../vision.ts', import.meta.url),
      settings: this.#settings,
      environment: environment ?? {},
      niceness: niceness ?? 5,
      startDeadlineMs: startDeadlineMs ?? 60_000,
      pictureDeadlineMs: pictureDeadlineMs ?? 30_000,
      log,
      onReady: (models) => {
        this.#startTookMs = performance.now() - startedAtMs;
        this.#becomeReady(models);
      },
      onWorkers: (workers) => {
        if (this.#state === 'ready') this.#desk.open(workers);
      },
    });
  }

  #becomeReady(models: VisionModels): void {
    if (this.#stop.signal.aborted) return;
    this.#backoff.succeeded();
    this.#models = models;
    this.#state = 'ready';
    clearTimeout(this.#patience);
    const fields = { pid: this.#life?.pid, startMs: Math.round(this.#startTookMs), models };
    this.#options.log.info(fields, 'Vision is ready');
    this.#events.emit('ready', models);
  }

  #ask(order: Order, signal: AbortSignal): Promise<unknown> {
    return this.#life === undefined ? Promise.reject(this.#down()) : this.#life.ask(order, signal);
  }

  #down(): AppError {
    if (this.#state === 'stopped') return new AppError('vision-down', 'Vision was stopped');
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#expectedAtMs - performance.now()) / 1000));
    return new AppError('vision-down', `Vision is being started; try again in ${retryAfterSeconds} s`, {
      details: { retryAfterSeconds },
      cause: this.#lastEnd,
    });
  }
}
