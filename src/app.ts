import { setFlagsFromString } from 'node:v8';
import { openNodeHost } from './adapters/host/node/node-host.ts';
import { openPrometheusMetrics } from './adapters/metrics/prometheus/prometheus-metrics.ts';
import { meterVision } from './adapters/vision/metered/metered-vision.ts';
import { startVision } from './adapters/vision/process/start-vision.ts';
import { createFront } from './app/front.ts';
import { drain, type ListenWhere, listenAt, tellListeners } from './app/listen.ts';
import { checkServing, openModels } from './app/open-models.ts';
import { openRecords, resumeRecords } from './app/open-records.ts';
import { openStore } from './app/open-store.ts';
import { visionOptions } from './app/vision-options.ts';
import type { Settings } from './config/schema.ts';
import type { Log } from './domain/ports/log.ts';
import { createModelSwitch } from './services/model-switch.ts';
import { serveModel } from './services/serving-vision.ts';

export type StartOptions = {
  readonly listen: ListenWhere;
  readonly log: Log;
};

/** The running main process. Disposing it answers what is in work, then stops everything in reverse order. */
export interface App extends AsyncDisposable {
  /** Resolves when pictures are analysed. */
  ready(signal?: AbortSignal): Promise<void>;
}

/** Starts everything in order. Whatever had started is stopped again when a later part does not start. */
export async function startApp(settings: Settings, { listen: where, log }: StartOptions): Promise<App> {
  // By itself V8 walks the whole heap for every few pictures, whose bytes lie beside it: it may double first.
  setFlagsFromString('--heap-growing-percent=100');
  await using stack = new AsyncDisposableStack();
  const { profile, workers } = settings.vision;
  log.info({ profile, workers, data: settings.data.dir, pid: process.pid }, 'Starting');
  stack.defer(() => log.info({}, 'Stopped'));
  const models = await openModels(settings);
  const processVision = stack.use(startVision(visionOptions(settings, log)));
  const store = await openStore(settings, log);
  stack.defer(() => store.close());
  const host = stack.use(openNodeHost());
  const metrics = openPrometheusMetrics({
    read: () => ({
      vision: processVision.status(),
      gallery: store.gallery.counts(),
      loopDelay: host.takeLoopDelay(),
      rssBytes: host.rssBytes(),
    }),
  });
  const { templateModels: templates } = store;
  await checkServing(models, templates);
  const vision = serveModel(meterVision(processVision, metrics), { models, templates });
  const records = openRecords(store, { settings, log, stack });
  const modelSwitch = createModelSwitch({ ...records, models, templates, vision, log });
  const own = { ...records, modelSwitch, vision, metrics, log };
  const front = await createFront({ settings, models, ...store, ...own }, where);
  const listeners = await listenAt(front, settings, where);
  stack.defer(() => drain(listeners, log));
  tellListeners(listeners, settings.http, log);
  // Who starts the service for one command does not want it to do what else is left.
  if (where === 'configured') resumeRecords(records, log);
  const running = stack.move();
  return {
    async ready(signal) {
      await vision.ready(signal);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
