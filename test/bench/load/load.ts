import type { Benchmark, Figure, Target } from '../framework/benchmark.ts';
import { samplePaths } from '../pictures/photographs.ts';
import { startService } from '../service/start-service.ts';
import { measureFaults } from './faults.ts';
import { measureSteadyLoad } from './steady.ts';

/** The sizes of a run; the small one has the same clients and faults for a shorter time. */
export type LoadScale = {
  readonly clients: number;
  /** Each of the two times that the yardstick is measured. */
  readonly yardstickMs: number;
  readonly warmAnswers: number;
  readonly steadyMs: number;
  /** The steady phase goes on until there are so many answers, too. */
  readonly steadyAnswers: number;
};

const fullScale: LoadScale = {
  clients: 8,
  yardstickMs: 15_000,
  warmAnswers: 100,
  steadyMs: 60_000,
  steadyAnswers: 2000,
};
const quickScale: LoadScale = {
  ...fullScale,
  yardstickMs: 3000,
  warmAnswers: 50,
  steadyMs: 12_000,
  steadyAnswers: 0,
};

/** What a phase of the benchmark found out. */
export type PhaseResult = { readonly figures: readonly Figure[]; readonly targets: readonly Target[] };

/**
 * Eight clients that upload without pause against the real service: its rate and honesty, main's event loop, memory,
 * and how soon answers resume after the vision process is killed or stopped while people are being enrolled.
 */
export const load: Benchmark = async ({ quick, say }) => {
  const scale = quick ? quickScale : fullScale;
  const photoPaths = samplePaths();
  await using service = await startService();
  await service.enrolGallery();
  const steady = await measureSteadyLoad({ service, photoPaths, scale, say });
  const faults = await measureFaults({ service, photoPaths, scale, say });
  return {
    scale: { ...scale, photographs: photoPaths.length, galleryFaces: service.faces.length, quick },
    figures: [...steady.figures, ...faults.figures],
    targets: [...steady.targets, ...faults.targets],
  };
};
