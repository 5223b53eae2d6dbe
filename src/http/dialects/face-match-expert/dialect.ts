import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import { loginAndPassword } from '../../authorization.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { addCollectionRoutes } from './collection.ts';
import type { FaceMatchExpertDeps } from './deps.ts';
import { description } from './description.ts';
import { errors } from './errors.ts';
import { addFaceRoutes } from './faces.ts';

/** Face.Match.Expert as its documentation has it. */
export function createFaceMatchExpertDialect(deps: FaceMatchExpertDeps): Dialect {
  const router = new DialectRouter('/v1');
  addCollectionRoutes(router, deps);
  addFaceRoutes(router, deps);
  return {
    name: 'face-match-expert',
    prefix: '/face-match-expert',
    errors,
    access: deps.access,
    admit: (ctx) => admit(deps, ctx),
    routes: router.routes,
    description,
  };
}

async function admit({ access }: FaceMatchExpertDeps, ctx: RequestContext): Promise<Credential> {
  const secret = loginAndPassword(ctx);
  if (secret === undefined) throw new AppError('unauthenticated', 'The request has no credentials');
  return access.admit({ secret, dialect: 'face-match-expert', client: ctx.ip });
}
