import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import { LastSeen } from '../../../primitives/last-seen.ts';
import { secretAfter } from '../../authorization.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { prefix } from './answers.ts';
import { addCameraRoutes } from './cameras.ts';
import type { FindFaceDeps, FindFaceParts } from './deps.ts';
import { description, versions } from './description.ts';
import { errors } from './errors.ts';
import { addFaceListRoutes } from './face-lists.ts';
import { addFaceRoutes } from './faces.ts';
import { addGalleryRoutes } from './galleries.ts';
import { addHistoryRoutes } from './history.ts';
import { addIdentifyRoutes } from './identify.ts';
import { addPersonRoutes } from './persons.ts';
import { addPictureRoutes } from './pictures.ts';

const mostHashes = 10_000;

/** FindFace Enterprise Server: v0, v1, and without a version, as some of its own examples and page links have it. */
export function createFindFaceDialect(deps: FindFaceDeps): Dialect {
  const router = new DialectRouter('/v1', alsoAt);
  const parts: FindFaceParts = { ...deps, hashes: new LastSeen(mostHashes) };
  addPictureRoutes(router, parts);
  addIdentifyRoutes(router, parts);
  addFaceRoutes(router, parts);
  addFaceListRoutes(router, parts);
  addGalleryRoutes(router, parts);
  addPersonRoutes(router, parts);
  addHistoryRoutes(router, parts);
  addCameraRoutes(router, parts);
  const outside = new DialectRouter();
  outside.get('/docs', 'nothing', (ctx) => {
    ctx.body = { results: versions };
  });
  return {
    name: 'findface',
    prefix,
    errors,
    access: deps.access,
    admit: (ctx) => admit(deps, ctx),
    routes: [...router.routes, ...outside.routes],
    description,
  };
}

/** Each path in v0 and without a version, and those of one thing by the name of many. */
function alsoAt(path: string): string[] {
  const plural = path.replace(/^\/(face|person)(?=\/|$)/, '/$1s');
  return plural === path ? [`{/v0}${path}`] : [`{/v0}${path}`, `/v1${plural}`, `{/v0}${plural}`];
}

async function admit({ access }: FindFaceDeps, ctx: RequestContext): Promise<Credential> {
  const secret = secretAfter('Token', ctx);
  if (secret === undefined) throw new AppError('unauthenticated', 'The request has no token');
  return access.admit({ secret, dialect: 'findface', client: ctx.ip });
}
