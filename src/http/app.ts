import Router from '@koa/router';
import Koa from 'koa';
import type { Actor } from '../domain/audit.ts';
import { accountOf, type DialectName } from '../domain/credential.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Metrics } from '../domain/ports/metrics.ts';
import { actAs } from '../services/actor.ts';
import { withOneModel } from '../services/serving-vision.ts';
import { type BodyBudget, createBodyBudget } from './body/budget.ts';
import { forgetBody } from './body/receive-body.ts';
import {
  callerOf,
  type Dialect,
  type RequestContext,
  type RequestHandler,
  type RequestState,
  respond,
} from './dialect.ts';
import {
  answerDefects,
  answerErrors,
  answerPreflight,
  identifyRequest,
  refusePackedBodies,
  refuseUnreadableTarget,
  reportRequest,
  setCommonHeaders,
} from './middleware.ts';
import { documentRoutes } from './openapi/document-routes.ts';

export type HttpAppOptions = {
  /** Each answers under its prefix; with `atRoot` there is one, and it has no prefix. */
  readonly dialects: readonly Dialect[];
  readonly atRoot?: boolean;
  /** Routes that ask for no credential and belong to no dialect, such as probes. */
  readonly openRoutes?: Router<RequestState>;
  /** Whether whoever can connect is admin: true for the Unix socket only. */
  readonly trusted?: boolean;
  /** Room for bodies; apps that share a process may share one. */
  readonly bodyBudget?: BodyBudget;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'countRequest'>;
};

export type HttpApp = Koa<RequestState>;

/** All dialects behind one request handler: ids, log, errors, routing. It listens to nothing by itself. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { log, metrics, dialects, atRoot = false, openRoutes, trusted = false } = options;
  const app: HttpApp = new Koa<RequestState>();
  app.on('error', (error: unknown) => log.error({ error }, 'request failed'));
  app.use(identifyRequest(trusted));
  app.use(reportRequest(log, metrics));
  app.use(setCommonHeaders());
  app.use(answerDefects(log));
  app.use(refuseUnreadableTarget());
  app.use(answerPreflight());
  if (openRoutes) app.use(noteRoute()).use(openRoutes.routes());
  const parts = { log, bodyBudget: options.bodyBudget ?? createBodyBudget() };
  for (const dialect of dialects) app.use(serveDialect(dialect, atRoot ? '' : dialect.prefix, parts));
  app.use((ctx) => respond(ctx, { status: 404, body: { message: 'There is nothing here' } }));
  return app;
}

/** Everything below the prefix is the dialect's to answer, also what it does not have. */
function serveDialect(
  dialect: Dialect,
  prefix: string,
  { log, bodyBudget }: { log: Log; bodyBudget: BodyBudget },
): RequestHandler {
  const { routes, isOpen } = toRouter(dialect, prefix);
  const guarded = answerErrors(dialect, log);
  const note = noteRoute();
  return (ctx, next) => {
    if (!isBelow(ctx.path, prefix)) return next();
    ctx.state.dialect = dialect.name;
    ctx.state.takeBody = onlyOnce(() => {
      refusePackedBodies(ctx);
      bodyBudget(ctx.req, ctx.res);
    });
    return guarded(ctx, async () => {
      if (!isOpen(ctx)) ctx.state.credential = await dialect.admit(ctx, ctx.path.slice(prefix.length));
      ctx.state.takeBody();
      const answer = () => note(ctx, () => routes(ctx, () => answerUnrouted(ctx, dialect)));
      await withOneModel(() => actAs(actorOf(ctx, dialect.name), answer, accountOfCaller(ctx)));
      // Not where it failed: whoever is still at work then may hold a part of the body.
      ctx.res.once('finish', () => forgetBody(ctx.req));
    });
  };
}

/** The routes as Koa takes them, each behind the right that it needs; and whether a request asks one that is open to all. */
function toRouter(dialect: Dialect, prefix: string) {
  const all = new Router<RequestState>({ prefix, sensitive: true });
  const open = new Router<RequestState>({ prefix, sensitive: true });
  const { access } = dialect;
  for (const { methods, path, also = [], needs, handle } of [
    ...dialect.routes,
    ...documentRoutes(dialect, prefix),
  ]) {
    const paths = [path, ...also];
    if (needs === 'nothing') open.register(paths, [...methods], () => undefined);
    all.register(paths, [...methods], async (ctx) => {
      if (needs !== 'nothing') access.requireRight(callerOf(ctx), needs);
      await handle(ctx);
    });
  }
  return {
    routes: all.routes() as RequestHandler,
    isOpen: (ctx: RequestContext) => open.match(ctx.path, ctx.method).route,
  };
}

function onlyOnce(run: () => void): () => void {
  let ran = false;
  return () => {
    if (ran) return;
    ran = true;
    run();
  };
}

/** In whose name the request runs. */
function actorOf({ state }: RequestContext, dialect: DialectName): Actor {
  if (state.trusted) return { kind: 'local' };
  if (!state.credential) return { kind: 'client', dialect };
  return { kind: 'credential', dialect, credentialId: state.credential.id };
}

function accountOfCaller({ state: { trusted, credential } }: RequestContext): Uuid | undefined {
  return trusted || !credential ? undefined : accountOf(credential);
}

function answerUnrouted(ctx: Parameters<RequestHandler>[0], { errors }: Dialect): Promise<void> {
  const known = (ctx.matched as { methods: string[] }[] | undefined)?.some(
    ({ methods }) => methods.length > 0,
  );
  respond(ctx, known ? errors.methodUnsupported(ctx.method) : errors.routeUnknown());
  return Promise.resolve();
}

/** Tells the log which route answered. */
function noteRoute(): RequestHandler {
  return async (ctx, next) => {
    try {
      await next();
    } finally {
      const route: unknown = ctx._matchedRoute;
      if (typeof route === 'string') ctx.state.route = route;
    }
  };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`) || prefix === '';
}
