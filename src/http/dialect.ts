import type { Middleware, ParameterizedContext } from 'koa';
import type { Credential, DialectName, Right } from '../domain/credential.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Access } from '../services/access.ts';
import type { DialectDescription } from './openapi/description.ts';

/** What a request carries beside Koa's own. */
export type RequestState = {
  /** Names the request in the log and in the `X-Request-Id` header. */
  id: string;
  /** Fires when the client hangs up before it is answered. */
  signal: AbortSignal;
  /** Whether the caller came over the Unix socket, where the file's mode has let her in as admin. */
  trusted: boolean;
  /** The dialect that answers, or `none`. */
  dialect: string;
  /** The pattern of the route that answers, without any caller's value in it. */
  route: string;
  /** Who was let in; absent on routes that are open to all. */
  credential?: Credential;
  /** What a dialect's error texts name, such as the subject that was asked for. Never logged. */
  about: Record<string, string>;
  /** Why the request was refused, for the log. */
  refusal?: ErrorCode | string;
  /** Makes sure that there is room for the body, and that it is not packed. Called for whoever was let in. */
  takeBody: () => void;
};

export type RequestContext = ParameterizedContext<RequestState>;
export type RequestHandler = Middleware<RequestState>;

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
/** What the path holds where the route's pattern has names. */
export type RouteContext = RequestContext & { readonly params: Readonly<Record<string, string>> };
export type RouteHandler = (ctx: RouteContext) => unknown;

/** One endpoint. */
export type Route = {
  readonly methods: readonly Method[];
  /** Below the dialect's prefix, in capitals and small letters as it is told, with or without a slash at its end. */
  readonly path: string;
  /** Where else it answers, for older and sloppy clients; documents do not tell. */
  readonly also?: readonly string[];
  /** The right that the caller must have; `nothing` is open to all, and then nobody is asked who she is. */
  readonly needs: Right | 'nothing';
  readonly handle: RouteHandler;
};

/** Collects the routes of a dialect; each says what right it needs. */
export class DialectRouter {
  readonly routes: Route[] = [];
  readonly #base: string;
  readonly #also: (path: string) => readonly string[];

  /** What all paths begin with, and where else a path answers. */
  constructor(base = '', also: (path: string) => readonly string[] = () => []) {
    this.#base = base;
    this.#also = also;
  }

  on(methods: readonly Method[], path: string, needs: Route['needs'], handle: RouteHandler): void {
    this.routes.push({ methods, path: `${this.#base}${path}`, also: this.#also(path), needs, handle });
  }

  get(path: string, needs: Route['needs'], handle: RouteHandler): void {
    this.on(['get'], path, needs, handle);
  }

  post(path: string, needs: Route['needs'], handle: RouteHandler): void {
    this.on(['post'], path, needs, handle);
  }

  put(path: string, needs: Route['needs'], handle: RouteHandler): void {
    this.on(['put'], path, needs, handle);
  }

  delete(path: string, needs: Route['needs'], handle: RouteHandler): void {
    this.on(['delete'], path, needs, handle);
  }
}

/** An answer as data; without a body the answer is empty. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** How a dialect says no. `table` is complete, so that a new error code does not compile until all answer it. */
export type DialectErrors = {
  readonly table: Readonly<Record<ErrorCode, (error: AppError, about: Record<string, string>) => Answer>>;
  readonly routeUnknown: () => Answer;
  readonly methodUnsupported: (method: string) => Answer;
};

/** One vendor's API: routes, the form of its errors, and who is let in. No rules. */
export type Dialect = {
  readonly name: DialectName;
  /** Where it stands on the main port; on a port of its own it stands at the root. */
  readonly prefix: `/${string}`;
  /**
   * Runs before any routing, also for paths that are not there, but not for routes that need nothing: answers who the
   * caller is, or throws. Whoever looks for her in the body calls `ctx.state.takeBody` first.
   */
  readonly admit: (ctx: RequestContext, path: string) => Promise<Credential>;
  readonly access: Pick<Access, 'requireRight'>;
  readonly routes: readonly Route[];
  readonly errors: DialectErrors;
  /** What its OpenAPI document tells. */
  readonly description: DialectDescription;
};

/** Who was let in. `unauthenticated` on a route that is open to all. */
export function callerOf(ctx: RequestContext): Credential {
  if (!ctx.state.credential) throw new AppError('unauthenticated', 'Nobody was asked for a credential here');
  return ctx.state.credential;
}

/** The answer with the time after which the client may try again. */
export function comeBack(answer: Answer, { details }: AppError): Answer {
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(details.retryAfterSeconds ?? 1) } };
}

/** A refusal that one vendor has a text of its own for; only a dialect's wire code throws it. */
export class WireRefusal extends Error {
  override readonly name = 'WireRefusal';
  readonly answer: Answer;
  /** Names the refusal in the log. */
  readonly reason: string;

  constructor(reason: string, answer: Answer) {
    super(`Refused: ${reason}`);
    this.reason = reason;
    this.answer = answer;
  }
}

/** Puts an answer into Koa's response. */
export function respond(ctx: RequestContext, answer: Answer): void {
  ctx.status = answer.status;
  ctx.set({ ...answer.headers });
  if (answer.body !== undefined) {
    ctx.body = answer.body;
    return;
  }
  ctx.body = Buffer.alloc(0);
  ctx.remove('Content-Type');
}
