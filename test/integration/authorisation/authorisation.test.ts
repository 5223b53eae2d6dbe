import { afterAll } from 'vitest';
import { startTestApp } from '../../harness/app.ts';
import { compreface } from './compreface.ts';
import { enface } from './enface.ts';
import { faceMatchExpert } from './face-match-expert.ts';
import { faceSearch } from './face-search.ts';
import { findface } from './findface.ts';
import { prepareFaces } from './material.ts';
import { authorisationMatrix } from './matrix.ts';
import { ostiary } from './ostiary.ts';

const app = await startTestApp({
  store: 'memory',
  dialects: (services) =>
    [faceMatchExpert, enface, faceSearch, findface, ostiary].map((surface) => surface.open(services)),
});
afterAll(() => app[Symbol.asyncDispose]());
const stage = { app, faces: await prepareFaces(app.services) };

authorisationMatrix(stage, compreface);
authorisationMatrix(stage, faceMatchExpert);
authorisationMatrix(stage, enface);
authorisationMatrix(stage, findface);
authorisationMatrix(stage, faceSearch);
authorisationMatrix(stage, ostiary);
