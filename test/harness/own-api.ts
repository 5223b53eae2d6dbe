import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { services as allServices } from '../../src/domain/credential.ts';
import type { Dialect } from '../../src/http/dialect.ts';
import { createOstiaryDialect } from '../../src/http/dialects/ostiary/dialect.ts';
import { createHealth } from '../../src/services/health.ts';
import { startTestApp, type TestApp, type TestAppOptions, type TestServices } from './app.ts';
import { type Call, call, type Reply } from './http-client.ts';

/** An app with our own API, asked as an admin. */
export type OwnApi = {
  readonly app: TestApp;
  readonly key: string;
  ask(method: string, path: string, more?: Call): Promise<Reply>;
};

const models = await openModelStore({ catalogueFile: 'models/catalogue.json', folders: ['models/onnx'] });

export function openOwnDialect(services: TestServices): Dialect {
  const health = createHealth({ ...services, storeProblems: () => [], collectionsLoading: () => [] });
  return createOstiaryDialect({ ...services, models, health });
}

export async function startOwnApi(options: TestAppOptions = {}): Promise<OwnApi> {
  const app = await startTestApp({ ...options, dialects: (services) => [openOwnDialect(services)] });
  const admin = {
    dialect: 'ostiary',
    services: allServices,
    right: 'admin',
    reach: 'all',
    name: 'test',
  } as const;
  const { secret: key } = await app.services.access.create(admin);
  const ask: OwnApi['ask'] = (method, path, more = {}) =>
    call(app.main.address, method, `/ostiary/v1${path}`, { key, ...more });
  return { app, key, ask };
}
