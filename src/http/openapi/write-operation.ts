import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Dialect, Route } from '../dialect.ts';
import type { Bodies, RouteDescription } from './description.ts';
import { holdsPicture, type JsonSchema, toJsonSchema } from './json-schema.ts';

/** What a right, a body and a picture bring with them. */
const codesOf = {
  credential: ['unauthenticated', 'credential-unknown', 'forbidden', 'too-many-attempts'],
  body: ['bad-input', 'too-large', 'unsupported-media'],
  picture: ['picture-unreadable', 'no-face', 'overloaded', 'vision-down'],
  change: ['storage-full'],
  any: ['internal'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** One endpoint as OpenAPI 3.1 has it. */
export function writeOperation(
  { path, needs }: Route,
  description: RouteDescription,
  { errors }: Pick<Dialect, 'errors'>,
): JsonSchema {
  const { summary, query, body, bodyIsOptional = false } = description;
  const content = body && contentOf(body, 'request');
  const parameters = [...pathParameters(path, description), ...(query ? queryParameters(query) : [])];
  return {
    summary,
    description: needs === 'nothing' ? 'Open to all.' : `Needs a credential with the right to ${needs}.`,
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: !bodyIsOptional, content } }),
    responses: {
      ...refusals(codes({ needs, content, parameters }, description), errors),
      ...goodAnswers(description),
    },
    ...((needs === 'nothing' || description.shows) && { security: [] }),
  };
}

/** The names in a route's pattern, in their order. */
export function namesInPath(path: string): string[] {
  return [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => name!);
}

function pathParameters(path: string, { path: schemas = {} }: RouteDescription): JsonSchema[] {
  return namesInPath(path).map((name) => {
    const schema = schemas[name];
    const written = schema ? toJsonSchema(schema, 'request') : { type: 'string', minLength: 1 };
    return { name, in: 'path', required: true, schema: written };
  });
}

function queryParameters(query: z.ZodType): JsonSchema[] {
  const { properties = {}, required = [] } = toJsonSchema(query, 'request') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function contentOf(bodies: Bodies, side: 'request' | 'answer'): JsonSchema {
  const media = Object.entries(bodies).map(([type, schema]) => [
    type,
    { schema: toJsonSchema(schema, side) },
  ]);
  return Object.fromEntries(media);
}

function goodAnswers({ answers }: RouteDescription): JsonSchema {
  const told = Object.entries(answers).map(([status, answer]) => {
    if (answer === 'empty') return [status, { description: 'Nothing is said' }];
    const bodies = 'safeParse' in answer ? { 'application/json': answer } : answer;
    return [status, { description: 'It is done', content: contentOf(bodies as Bodies, 'answer') }];
  });
  return Object.fromEntries(told);
}

type Asked = Pick<Route, 'needs'> & {
  readonly content: JsonSchema | undefined;
  readonly parameters: readonly JsonSchema[];
};

function codes({ needs, content, parameters }: Asked, { refusals = [] }: RouteDescription): Set<ErrorCode> {
  return new Set([
    ...(needs === 'nothing' ? [] : codesOf.credential),
    ...(parameters.length > 0 ? (['bad-input'] as const) : []),
    ...(content ? codesOf.body : []),
    ...(holdsPicture(content) ? codesOf.picture : []),
    ...(needs === 'write' ? codesOf.change : []),
    ...refusals,
    ...codesOf.any,
  ]);
}

/** By the status that the dialect's table gives to each code. */
function refusals(codes: ReadonlySet<ErrorCode>, { table }: Dialect['errors']): JsonSchema {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = table[code](new AppError(code, ''), {});
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const told = [...byStatus].map(([status, meant]) => [status, refusal(`Refused: ${meant.join(', ')}`)]);
  return { ...Object.fromEntries(told), default: refusal('Refused for another reason') };
}

function refusal(description: string): JsonSchema {
  const schema = { $ref: '#/components/schemas/Refusal' };
  return { description, content: { 'application/json': { schema } } };
}
