import { openBenchAnalyser, recogniseRequest } from '../ostiary/bench-analyser.ts';
import type { Contestant } from './contestants.ts';

/** The whole pipeline on the calling thread, one thread a network. */
export async function openInProcess(): Promise<Contestant> {
  const analyser = await openBenchAnalyser();
  return async (photo) => {
    const { faces } = await analyser.analyse(recogniseRequest(photo));
    return faces.filter(({ template }) => template !== undefined).length;
  };
}
