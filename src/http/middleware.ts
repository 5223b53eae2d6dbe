import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '../domain/errors.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Metrics } from '../domain/ports/metrics.ts';
import { drainBody } from './body/receive-body.ts';
import { type Dialect, type RequestContext, type RequestHandler, respond, WireRefusal } from './dialect.ts';

const requestIdForm = /^[\w-]{1,64}$/;

/** Gives the request its id, and a signal that fires when the client hangs up before its answer is out. */
export function identifyRequest(trusted: boolean): RequestHandler {
  return (ctx, next) => {
    const given = ctx.get('X-Request-Id');
    const gone = new AbortController();
    ctx.state.id = requestIdForm.test(given) ? given : randomUUID();
    ctx.state.signal = gone.signal;
    ctx.state.trusted = trusted;
    ctx.state.dialect = 'none';
    ctx.state.route = 'none';
    ctx.state.about = {};
    ctx.set('X-Request-Id', ctx.state.id);
    ctx.res.once('close', () => {
      if (!ctx.res.writableFinished) gone.abort(new AppError('cancelled', 'The client hung up'));
    });
    return next();
  };
}

/**
 * One log line and one count a request, when its answer is out: nobody has to wait for them. Only the route's pattern
 * is told: paths hold names, and one vendor's a key.
 */
export function reportRequest(log: Log, metrics: Pick<Metrics, 'countRequest'>): RequestHandler {
  return async (ctx, next) => {
    const startedAt = performance.now();
    const report = () => {
      const { id, dialect, route, refusal } = ctx.state;
      const request = { dialect, method: ctx.method, route, status: ctx.status };
      const ms = Math.round((performance.now() - startedAt) * 10) / 10;
      metrics.countRequest({ ...request, ms });
      log.info({ id, ...request, ms, ...(refusal ? { refusal } : {}) }, 'request');
    };
    await next();
    if (ctx.res.closed) report();
    else ctx.res.once('close', report);
  };
}

/** The same for every answer: any page may call the APIs, none may embed, sniff or keep what they say. */
export function setCommonHeaders(): RequestHandler {
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  return (ctx, next) => {
    ctx.set(headers);
    return next();
  };
}

/** What fails where no dialect answers for it: a defect, told in the log and to nobody else. */
export function answerDefects(log: Log): RequestHandler {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      ctx.state.refusal = 'internal';
      respond(ctx, { status: 500, body: { message: 'Something went wrong' } });
      log.error({ id: ctx.state.id, error: toAppError(error) }, 'request failed');
    }
  };
}

/** Refuses a target that is no URL before anybody asks for its path, which would throw and tell the target. */
export function refuseUnreadableTarget(): RequestHandler {
  return (ctx, next) => {
    if (hasPath(ctx)) return next();
    ctx.state.refusal = 'target';
    return respond(ctx, { status: 400 });
  };
}

function hasPath(ctx: RequestContext): boolean {
  try {
    return typeof ctx.path === 'string';
  } catch {
    return false;
  }
}

/** Answers a browser's question whether it may call, before anybody is asked for a key. */
export function answerPreflight(): RequestHandler {
  return (ctx, next) => {
    if (ctx.method !== 'OPTIONS') return next();
    ctx.set({
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': 'x-api-key, content-type, authorization, token, x-request-id',
      'Access-Control-Max-Age': '86400',
    });
    ctx.status = 204;
    ctx.state.route = 'preflight';
    return undefined;
  };
}

/** What is read of a refused request's body, so that the client is not cut off before it reads its answer. */
const leftover = { maxBytes: 32 * 1024 * 1024, idleMs: 2_000, totalMs: 10_000 };

/** Turns what was thrown into the dialect's form of saying no. */
export function answerErrors(dialect: Pick<Dialect, 'errors'>, log: Log): RequestHandler {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      if (!(await drainBody(ctx.req, leftover))) ctx.set('Connection', 'close');
      if (thrown instanceof WireRefusal) {
        ctx.state.refusal = thrown.reason;
        return respond(ctx, thrown.answer);
      }
      const error = toAppError(thrown);
      ctx.state.refusal = error.code;
      respond(ctx, dialect.errors.table[error.code](error, ctx.state.about));
      if (ctx.status >= 500 && ctx.status !== 503) log.error({ id: ctx.state.id, error }, 'request failed');
    }
  };
}

/** A body that is packed is refused: nothing here unpacks what a stranger sends. */
export function refusePackedBodies(ctx: RequestContext): void {
  const encoding = ctx.get('Content-Encoding').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') {
    throw new AppError('unsupported-media', 'Bodies are taken without Content-Encoding only');
  }
}
