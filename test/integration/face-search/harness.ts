import { localAdmin } from '../../../src/domain/credential.ts';
import { createFaceSearchDialect } from '../../../src/http/dialects/face-search/dialect.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { createRegistered } from '../../../src/services/registered.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../../harness/app.ts';
import { call, type Reply } from '../../harness/http-client.ts';

export type FaceSearchClient = {
  readonly collection: string;
  readonly key: string;
  ask(method: string, path: string, json?: unknown): Promise<Reply>;
};

export function startFaceSearch(options: TestAppOptions = {}): Promise<TestApp> {
  return startTestApp({
    ...options,
    dialects: (services) => [
      createFaceSearchDialect({ ...services, registered: createRegistered(services) }),
    ],
  });
}

let made = 0;

/** A client with a key that reaches a collection of its own. */
export async function freshClient(
  app: TestApp,
  right: 'read' | 'write' = 'write',
): Promise<FaceSearchClient> {
  made += 1;
  const { id, name } = await app.services.collections.create(localAdmin, { name: `My.Collection_${made}` });
  return { collection: name, ...(await clientFor(app, [id], right)) };
}

export async function clientFor(app: TestApp, reach: string[], right: 'read' | 'write') {
  const [issued] = await createKeys(app.services.access, {
    ...{ dialect: 'face-search', right, reach, name: 'test' },
  });
  const key = issued!.secret;
  const ask = (method: string, path: string, json?: unknown) =>
    call(app.main.address, method, `/face-search${path}`, { key, ...(json !== undefined && { json }) });
  return { key, ask };
}

export function answerOf({ status, json }: Reply): { status: number; json: unknown } {
  return { status, json };
}
