import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { addActionRoute } from './action.ts';
import { prefix } from './answers.ts';
import { bodyOf } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { description } from './description.ts';
import { errors } from './errors.ts';
import { addListRoutes } from './person-lists.ts';
import { addPersonRoutes } from './persons.ts';
import { addPictureRoutes } from './pictures.ts';
import { addSourceRoutes } from './sources.ts';
import { addTokenRoutes } from './tokens.ts';

/** Enface, as its documentation and its clients have it: each path on its own verb and on POST. */
export function createEnfaceDialect(deps: EnfaceDeps): Dialect {
  const router = new DialectRouter('/v1');
  addTokenRoutes(router, deps);
  addSourceRoutes(router, deps);
  addListRoutes(router, deps);
  addPersonRoutes(router, deps);
  addPictureRoutes(router, deps);
  addActionRoute(router, deps);
  return {
    name: 'enface',
    prefix,
    errors,
    access: deps.access,
    admit: (ctx) => admit(deps, ctx),
    routes: router.routes,
    description,
  };
}

/** By a session or token in the header or, when there is none, in the body. */
async function admit({ accounts, bodyLimits }: EnfaceDeps, ctx: RequestContext): Promise<Credential> {
  const secret = ctx.get('token') || (await secretInBody(ctx, bodyLimits));
  if (!secret) throw new AppError('unauthenticated', 'Expected a token');
  return accounts.admit(secret, ctx.ip);
}

async function secretInBody(
  ctx: RequestContext,
  limits: EnfaceDeps['bodyLimits'],
): Promise<string | undefined> {
  ctx.state.takeBody();
  const { token } = (await bodyOf(ctx, limits)).fields;
  return typeof token === 'string' ? token : undefined;
}
