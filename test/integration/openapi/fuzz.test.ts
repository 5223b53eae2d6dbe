import { afterAll, expect, it } from 'vitest';
import { fuzzDialect } from '../../fuzz/run.ts';
import { startTestApp } from '../../harness/app.ts';
import { prepareFaces } from '../authorisation/material.ts';
import { openBesideCompreFace, surfaces } from './surfaces.ts';

const app = await startTestApp({ store: 'memory', dialects: openBesideCompreFace });
afterAll(() => app[Symbol.asyncDispose]());
const faces = await prepareFaces(app.services);

it.each(surfaces.map((surface) => ({ surface, name: surface.open(app.services).name })))(
  '$name answers 100 requests that are made from its document as the document says',
  async ({ surface }) => {
    const { faults, valid, succeeded } = await fuzzDialect({ app, faces, surface, requests: 100, seed: 1 });
    expect(faults).toEqual([]);
    expect(succeeded / valid).toBeGreaterThanOrEqual(0.9);
  },
);
