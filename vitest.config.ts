import { defineConfig } from 'vitest/config';

type Pace = { readonly testTimeout: number; readonly maxWorkers?: number };

function project(name: string, pace: Pace): object {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      // LMDB and ONNX Runtime are native: a crash takes down one file's process, not the run.
      pool: 'forks',
      hookTimeout: 120_000,
      ...pace,
    },
  };
}

/** Projects that start processes and load networks run few files at a time, for each takes several cores. */
export default defineConfig({
  test: {
    projects: [
      project('unit', { testTimeout: 30_000 }),
      project('contract', { testTimeout: 60_000 }),
      project('property', { testTimeout: 60_000 }),
      project('fault', { testTimeout: 120_000, maxWorkers: 1 }),
      project('integration', { testTimeout: 120_000, maxWorkers: 2 }),
    ],
  },
});
