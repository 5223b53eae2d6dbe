import { afterAll } from 'vitest';
import { startTestApp } from '../../harness/app.ts';
import { compreface } from './compreface.ts';
import { prepareFaces } from './material.ts';
import { authorisationMatrix } from './matrix.ts';
import { ostiary } from './ostiary.ts';

const app = await startTestApp({ store: 'memory', dialects: (services) => [ostiary.open(services)] });
afterAll(() => app[Symbol.asyncDispose]());
const stage = { app, faces: await prepareFaces(app.services) };

authorisationMatrix(stage, compreface);
authorisationMatrix(stage, ostiary);
