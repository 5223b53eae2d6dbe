import Router from '@koa/router';
import type { Metrics } from '../domain/ports/metrics.ts';
import type { Health } from '../services/health.ts';
import type { RequestState } from './dialect.ts';

/** What a supervisor asks without a credential: is it alive, is it ready, what are its figures. */
export function operationsRouter({
  health,
  metrics,
}: {
  health: Health;
  metrics: Metrics;
}): Router<RequestState> {
  const router = new Router<RequestState>();
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    const readiness = await health.readiness();
    ctx.status = readiness.ready ? 200 : 503;
    ctx.body = readiness;
  });
  router.get('/metrics', async (ctx) => {
    const { contentType, text } = await metrics.expose();
    ctx.type = contentType;
    ctx.body = text;
  });
  return router;
}
