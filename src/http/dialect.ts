import type Router from '@koa/router';
import type { Middleware, ParameterizedContext } from 'koa';
import type { Credential, DialectName } from '../domain/credential.ts';
import type { AppError, ErrorCode } from '../domain/errors.ts';

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
};

export type RequestContext = ParameterizedContext<RequestState>;
export type RequestHandler = Middleware<RequestState>;
export type DialectRouter = Router<RequestState>;

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
  /** Runs before any routing, also for paths that are not there: lets the caller in, or throws. */
  readonly admit: (ctx: RequestContext, path: string) => Promise<void>;
  /** Its routes under a prefix, which may be empty. */
  readonly router: (prefix: string) => DialectRouter;
  readonly errors: DialectErrors;
};

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
