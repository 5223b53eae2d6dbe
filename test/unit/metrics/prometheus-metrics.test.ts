import { describe, expect, it } from 'vitest';
import { openPrometheusMetrics } from '../../../src/adapters/metrics/prometheus/prometheus-metrics.ts';
import type { Readings } from '../../../src/domain/ports/metrics.ts';

const readings: Readings = {
  vision: { state: 'ready', restarts: 2, queued: 3, running: 1, rssBytes: 400 },
  gallery: { collections: 1, persons: 5, references: 9 },
  loopDelay: { p50Ms: 1, p99Ms: 4, maxMs: 8 },
  rssBytes: 100,
};

describe('the metrics', () => {
  it('count requests by dialect, method, route and status, and time them', async () => {
    const metrics = openPrometheusMetrics({ read: () => readings });
    const request = {
      dialect: 'compreface',
      method: 'GET',
      route: '/subjects/:subject',
      status: 200,
      ms: 30,
    };
    metrics.countRequest(request);
    metrics.countRequest(request);
    metrics.countRequest({ ...request, status: 404 });
    const labels = 'dialect="compreface",method="GET",route="/subjects/:subject"';
    const { text } = await metrics.expose();
    expect(text).toContain(`ostiary_requests_total{${labels},status="200"} 2`);
    expect(text).toContain(`ostiary_requests_total{${labels},status="404"} 1`);
    expect(text).toContain(`ostiary_request_duration_seconds_bucket{le="0.05",${labels}} 3`);
  });

  it('time the stages that ran, and no others', async () => {
    const metrics = openPrometheusMetrics({ read: () => readings });
    metrics.countStages({ decode: 8, embed: 12 });
    const { text } = await metrics.expose();
    expect(text).toContain('ostiary_vision_stage_seconds_sum{stage="decode"} 0.008');
    expect(text).toContain('ostiary_vision_stage_seconds_count{stage="embed"} 1');
    expect(text).not.toContain('stage="detect"');
  });

  it('read what is true at the moment they are asked', async () => {
    let queued = 3;
    const metrics = openPrometheusMetrics({
      read: () => ({ ...readings, vision: { ...readings.vision, queued } }),
    });
    expect((await metrics.expose()).text).toContain('ostiary_vision_queued 3');
    queued = 7;
    const { text } = await metrics.expose();
    for (const line of [
      'ostiary_vision_queued 7',
      'ostiary_vision_running 1',
      'ostiary_vision_ready 1',
      'ostiary_vision_restarts 2',
      'ostiary_gallery_references 9',
      'ostiary_event_loop_delay_seconds{quantile="0.99"} 0.004',
      'ostiary_resident_memory_bytes{process="main"} 100',
      'ostiary_resident_memory_bytes{process="vision"} 400',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('of two instances do not mix', async () => {
    const [one, other] = [
      openPrometheusMetrics({ read: () => readings }),
      openPrometheusMetrics({ read: () => readings }),
    ];
    one.countRequest({ dialect: 'ostiary', method: 'GET', route: '/keys', status: 200, ms: 1 });
    expect((await other.expose()).text).not.toContain('route="/keys"');
  });
});
