import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { stages } from '../../../domain/face.ts';
import type { Metrics, Readings } from '../../../domain/ports/metrics.ts';

const requestSeconds = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const stageSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5];

/** Metrics in a registry of their own; `read` is called once for each exposition. */
export function openPrometheusMetrics(options: { read: () => Readings }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'ostiary_requests_total',
    help: 'Answered requests',
    labelNames: ['dialect', 'method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'ostiary_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['dialect', 'method', 'route'],
    buckets: requestSeconds,
    registers,
  });
  const stageDurations = new Histogram({
    name: 'ostiary_vision_stage_seconds',
    help: 'Time that a picture spends in a stage of vision',
    labelNames: ['stage'],
    buckets: stageSeconds,
    registers,
  });
  const setGauges = openGauges(registry);

  return {
    countRequest({ dialect, method, route, status, ms }) {
      requests.inc({ dialect, method, route, status });
      durations.observe({ dialect, method, route }, ms / 1000);
    },
    countStages(stageMs) {
      for (const stage of stages) {
        const ms = stageMs[stage];
        if (ms !== undefined) stageDurations.observe({ stage }, ms / 1000);
      }
    },
    async expose() {
      setGauges(options.read());
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function openGauges(registry: Registry): (readings: Readings) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const labelled = (name: string, help: string, label: string) =>
    new Gauge({ name, help, labelNames: [label], registers: [registry] });

  const ready = gauge('ostiary_vision_ready', '1 while vision answers');
  const queued = gauge('ostiary_vision_queued', 'Pictures that wait for vision');
  const running = gauge('ostiary_vision_running', 'Pictures that vision works on');
  const restarts = gauge(
    'ostiary_vision_restarts',
    'Restarts of the vision process since the service started',
  );
  const collections = gauge('ostiary_gallery_collections', 'Collections in the gallery');
  const persons = gauge('ostiary_gallery_persons', 'Persons in the gallery');
  const references = gauge('ostiary_gallery_references', 'References in the gallery');
  const loopDelay = labelled(
    'ostiary_event_loop_delay_seconds',
    'Delay of the main process’s event loop since the last scrape',
    'quantile',
  );
  const rss = labelled('ostiary_resident_memory_bytes', 'Resident memory by process', 'process');

  return ({ vision, gallery, loopDelay: delay, rssBytes }) => {
    ready.set(vision.state === 'ready' ? 1 : 0);
    queued.set(vision.queued);
    running.set(vision.running);
    restarts.set(vision.restarts);
    collections.set(gallery.collections);
    persons.set(gallery.persons);
    references.set(gallery.references);
    loopDelay.set({ quantile: '0.5' }, delay.p50Ms / 1000);
    loopDelay.set({ quantile: '0.99' }, delay.p99Ms / 1000);
    loopDelay.set({ quantile: '1' }, delay.maxMs / 1000);
    rss.set({ process: 'main' }, rssBytes);
    rss.set({ process: 'vision' }, vision.rssBytes);
  };
}
