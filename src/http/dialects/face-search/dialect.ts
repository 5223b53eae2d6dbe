import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { addCollectionRoutes } from './collections.ts';
import type { FaceSearchDeps } from './deps.ts';
import { description } from './description.ts';
import { errors } from './errors.ts';
import { addFaceRoutes } from './faces.ts';
import { addPersonRoutes } from './persons.ts';
import { addSearchRoutes } from './search.ts';

/** Face Search (OpenCV FR Server) as its documentation has it. */
export function createFaceSearchDialect(deps: FaceSearchDeps): Dialect {
  const router = new DialectRouter();
  addCollectionRoutes(router, deps);
  addPersonRoutes(router, deps);
  addSearchRoutes(router, deps);
  addFaceRoutes(router, deps);
  return {
    name: 'face-search',
    prefix: '/face-search',
    errors,
    access: deps.access,
    admit: (ctx) => admit(deps, ctx),
    routes: router.routes,
    description,
  };
}

async function admit({ access }: FaceSearchDeps, ctx: RequestContext): Promise<Credential> {
  const secret = ctx.get('x-api-key');
  if (secret === '') throw new AppError('unauthenticated', 'The request has no API key');
  return access.admit({ secret, dialect: 'face-search', client: ctx.ip });
}
