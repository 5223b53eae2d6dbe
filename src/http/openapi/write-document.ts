import { ownTurn } from '../body/own-turn.ts';
import type { Dialect } from '../dialect.ts';
import type { RouteName } from './description.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { writeOperation } from './write-operation.ts';

/** How many routes are written before others have their turn. */
const routesATurn = 5;

type Described = Pick<Dialect, 'routes' | 'errors' | 'description'>;

/** The OpenAPI 3.1 document of a dialect that stands under that prefix. */
export async function writeDocument(dialect: Described, prefix: string): Promise<JsonSchema> {
  const { title, version, credential, refusal } = dialect.description;
  return {
    openapi: '3.1.0',
    info: { title, version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: prefix === '' ? '/' : prefix }],
    security: [{ credential: [] }],
    paths: await writePaths(dialect),
    components: {
      securitySchemes: { credential },
      schemas: { Refusal: toJsonSchema(refusal, 'answer') },
    },
  };
}

async function writePaths({ routes, errors, description }: Described): Promise<JsonSchema> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [at, route] of routes.entries()) {
    if (at % routesATurn === routesATurn - 1) await ownTurn();
    for (const method of route.methods) {
      const name = `${method.toUpperCase()} ${route.path}` as RouteName;
      const told = description.routes[name] ?? { summary: name, answers: {} };
      const path = route.path.replace(/[:*](\w+)/g, '{$1}');
      paths[path] = { ...paths[path], [method]: writeOperation(route, told, { errors }) };
    }
  }
  return paths;
}
