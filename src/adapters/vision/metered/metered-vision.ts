import type { Metrics } from '../../../domain/ports/metrics.ts';
import type { Vision } from '../../../domain/ports/vision.ts';

/** The same vision; the stage times of every analysed picture are counted. */
export function meterVision(vision: Vision, metrics: Pick<Metrics, 'countStages'>): Vision {
  return {
    async analyse(request, signal) {
      const picture = await vision.analyse(request, signal);
      metrics.countStages(picture.stageMs);
      return picture;
    },
    embedCrop: (crop, wish, signal) => vision.embedCrop(crop, wish, signal),
    status: () => vision.status(),
    ready: (signal) => vision.ready(signal),
    [Symbol.asyncDispose]: () => vision[Symbol.asyncDispose](),
  };
}
