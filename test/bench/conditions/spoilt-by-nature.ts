import type { Condition } from '../../../src/domain/face-conditions.ts';

/** Labelled people in whose photograph a person sees a condition: they were looked at one by one. */
export const spoiltByNature: Readonly<Record<string, readonly Condition[]>> = {};
