import type { Dialect } from '../../../src/http/dialect.ts';
import type { TestServices } from '../../harness/app.ts';
import { compreface } from '../authorisation/compreface.ts';
import { enface } from '../authorisation/enface.ts';
import { faceMatchExpert } from '../authorisation/face-match-expert.ts';
import { faceSearch } from '../authorisation/face-search.ts';
import { findface } from '../authorisation/findface.ts';
import { ostiary } from '../authorisation/ostiary.ts';
import type { Surface } from '../authorisation/surface.ts';

/** Each API with what shows a credential of it. */
export const surfaces: readonly Surface[] = [
  compreface,
  enface,
  faceMatchExpert,
  faceSearch,
  findface,
  ostiary,
];

/** Those that a test app does not have by itself. */
export function openBesideCompreFace(services: TestServices): Dialect[] {
  return surfaces.map(({ open }) => open(services)).filter(({ name }) => name !== 'compreface');
}
