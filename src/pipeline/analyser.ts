export type { Analyser } from '../domain/ports/analyser.ts';
