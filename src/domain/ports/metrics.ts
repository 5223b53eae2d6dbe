import type { StageTimes } from '../face.ts';
import type { GalleryCounts } from './gallery.ts';
import type { LoopDelay } from './host.ts';
import type { VisionStatus } from './vision.ts';

/** One answered request; `route` is the pattern (`/api/v1/recognition/subjects/:subject`), so that its values are few. */
export type ServedRequest = {
  readonly dialect: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
};

/** What is read at the moment somebody asks for the metrics. */
export type Readings = {
  readonly vision: VisionStatus;
  readonly gallery: GalleryCounts;
  /** Of this process, since the last time it was read for metrics. */
  readonly loopDelay: LoopDelay;
  readonly rssBytes: number;
};

/** Counts what the service does. Counting never throws and never waits. */
export interface Metrics {
  countRequest(request: ServedRequest): void;
  countStages(stageMs: StageTimes): void;
  /** All figures as a text that a Prometheus server reads. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}
