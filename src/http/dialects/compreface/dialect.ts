import type { Credential, ServiceName } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { asUuid, type CompreFaceDeps } from './deps.ts';
import { description } from './description.ts';
import { addEmbeddingRoutes } from './embeddings.ts';
import { errors, refusals } from './errors.ts';
import { addExampleRoutes } from './examples.ts';
import { addPictureRoutes } from './pictures.ts';
import { addSubjectRoutes } from './subjects.ts';

const base = '/api/v1';

/** CompreFace 1.2 as its documentation and its server have it. */
export function createCompreFaceDialect(deps: CompreFaceDeps): Dialect {
  const router = new DialectRouter(base);
  addOpenRoutes(router, deps);
  addSubjectRoutes(router, deps);
  addExampleRoutes(router, deps);
  addPictureRoutes(router, deps);
  addEmbeddingRoutes(router, deps);
  return {
    name: 'compreface',
    prefix: '/compreface',
    errors,
    access: deps.access,
    admit: (ctx, path) => admit(deps, ctx, path),
    routes: router.routes,
    description,
  };
}

/** The key comes before everything, also before the question whether there is such an endpoint. */
async function admit({ access }: CompreFaceDeps, ctx: RequestContext, path: string): Promise<Credential> {
  const service = serviceOf(path);
  const given = keyInPath(path) ?? ctx.get('x-api-key');
  if (given === '') throw new AppError('unauthenticated', 'The request has no key');
  const secret = asUuid(given);
  if (secret === undefined) throw refusals.keyForm();
  ctx.state.about.service = `${service.charAt(0).toUpperCase()}${service.slice(1)}`;
  ctx.state.about.key = given;
  return access.admit({ secret, dialect: 'compreface', service, client: ctx.ip });
}

function serviceOf(path: string): ServiceName {
  if (path.startsWith(`${base}/detection/`)) return 'detection';
  if (path.startsWith(`${base}/verification/`)) return 'verification';
  return 'recognition';
}

function keyInPath(path: string): string | undefined {
  return /^\/api\/v1\/static\/([^/]+)\/images\//.exec(path)?.[1];
}

/** What CompreFace's own page asks before anybody has a key; it tells limits and nothing else. */
function addOpenRoutes(router: DialectRouter, { bodyLimits, people }: CompreFaceDeps): void {
  router.get('/config', 'nothing', (ctx) => {
    ctx.body = { clientMaxFileSize: bodyLimits.maxFileBytes, clientMaxBodySize: 2 * bodyLimits.maxFileBytes };
  });
  router.get('/consistence/status', 'nothing', (ctx) => {
    ctx.body = {
      demoFaceCollectionIsInconsistent: false,
      dbIsInconsistent: false,
      saveImagesToDB: people.pictures !== 'none',
      status: 'OK',
    };
  });
}
