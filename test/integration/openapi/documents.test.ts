import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../../harness/app.ts';
import { call } from '../../harness/http-client.ts';
import { routesOf } from '../authorisation/matrix.ts';
import { openBesideCompreFace, surfaces } from './surfaces.ts';

const app = await startTestApp({ store: 'memory', dialects: openBesideCompreFace });
afterAll(() => app[Symbol.asyncDispose]());

const dialects = surfaces.map(({ open }) => open(app.services));
const get = (path: string) => call(app.main.address, 'GET', path);

describe.each(dialects)('the document of $name', (dialect) => {
  const { prefix, description } = dialect;

  it('is OpenAPI 3.1, and is told to anybody', async () => {
    const { status, json } = await get(`${prefix}/openapi.json`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ openapi: '3.1.0', servers: [{ url: prefix }] });
    const found = await new Validator().validate(json as Record<string, unknown>);
    expect(found.errors).toBeUndefined();
    expect(found.valid).toBe(true);
  });

  it('describes each route, and none that is not there', () => {
    const names = routesOf(dialect).map(({ name }) => name);
    expect(Object.keys(description.routes).sort()).toEqual(names.sort());
  });

  it('can be tried on a page that loads nothing from elsewhere', async () => {
    const [page = '/docs'] = description.pages ?? [];
    const { status, headers, bytes } = await get(`${prefix}${page}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:/);
    const loaded = [...bytes.toString().matchAll(/(?:src|href|data-document)="([^"]+)"/g)].map(
      ([, at]) => at!,
    );
    expect(loaded.filter((at) => !at.startsWith('data:'))).toHaveLength(4);
    for (const at of loaded.filter((one) => !one.startsWith('data:'))) {
      expect(at.startsWith(`${prefix}/`)).toBe(true);
      expect((await get(at)).status).toBe(200);
    }
  });
});

it('a document on a port of its own has its routes at the root', async () => {
  const { json } = await call(app.compreface.address, 'GET', '/openapi.json');
  expect(json).toMatchObject({ servers: [{ url: '/' }] });
  const page = await call(app.compreface.address, 'GET', '/docs');
  expect(page.bytes.toString()).toContain('data-document="/openapi.json"');
});

it('a document tells what a route needs, takes, answers and refuses', async () => {
  const { json } = await get('/compreface/openapi.json');
  const { paths, security } = json as { paths: Record<string, Record<string, unknown>>; security: unknown };
  expect(security).toEqual([{ credential: [] }]);
  const refusal = { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } };
  expect(paths['/api/v1/recognition/subjects/{subject}']?.put).toEqual({
    summary: 'Rename a subject; under a name that is taken the two become one',
    description: 'Needs a credential with the right to write.',
    parameters: [{ name: 'subject', in: 'path', required: true, schema: { type: 'string', minLength: 1 } }],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['subject'],
            properties: {
              subject: {
                type: 'string',
                minLength: 1,
                maxLength: 50,
                pattern: '^[^;/\\\\]*[^\\s;/\\\\][^;/\\\\]*$',
              },
            },
          },
        },
      },
    },
    responses: {
      200: expect.objectContaining({ description: 'It is done' }),
      400: { description: 'Refused: unauthenticated, bad-input, too-large, key-illegal', content: refusal },
      404: { description: 'Refused: credential-unknown, forbidden, person-unknown', content: refusal },
      415: { description: 'Refused: unsupported-media', content: refusal },
      429: { description: 'Refused: too-many-attempts', content: refusal },
      500: { description: 'Refused: internal', content: refusal },
      507: { description: 'Refused: storage-full', content: refusal },
      default: { description: 'Refused for another reason', content: refusal },
    },
  });
});
