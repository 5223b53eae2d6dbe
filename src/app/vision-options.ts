import type { StartVisionOptions } from '../adapters/vision/process/start-vision.ts';
import { catalogueFile, modelFolders } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { Log } from '../domain/ports/log.ts';

/** How the vision process is to be started. */
export function visionOptions(settings: Settings, log: Log): StartVisionOptions {
  const { vision } = settings;
  return {
    analyser: {
      catalogueFile,
      modelFolders: modelFolders(settings),
      profile: vision.profile,
      threadsPerWorker: 1,
      limits: { maxPixels: vision.maxPixels, enoughLongSide: 1920 },
      tiles: vision.tiles,
      cropQuality: vision.cropQuality,
    },
    workers: vision.workers,
    queueCapacity: vision.queueLength,
    pictureDeadlineMs: vision.deadlineMs,
    niceness: vision.niceness,
    log: log.child({ part: 'vision' }),
  };
}
