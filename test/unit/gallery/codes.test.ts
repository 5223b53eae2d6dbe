import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf } from '../../../src/adapters/gallery/lmdb/finder/codes.ts';
import { randomUnits } from '../../fixtures/vectors.ts';

// Stores keep codes: one that is made otherwise needs another version of code packs, or faces are not found.
test.for([
  [64, '2f334818de49e4eb'],
  [128, '34b3966ef52d1f1b'],
  [512, '5b0f23aaf5a29940'],
  [1024, 'eff40d37de08679c'],
] as const)(
  'the code of a template of %i dimensions is what stores of this version hold',
  ([dimensions, expected]) => {
    const codes = Array.from({ length: 8 }, (_, seed) => codeOf(randomUnits(1, dimensions, seed)));
    expect(createHash('sha256').update(Buffer.concat(codes)).digest('hex').slice(0, 16)).toBe(expected);
  },
);
