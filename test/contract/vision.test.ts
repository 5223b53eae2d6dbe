import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openInProcessVision } from '../../src/adapters/vision/in-process/open-in-process-vision.ts';
import type { AnalyserSettings } from '../../src/adapters/vision/process/settings.ts';
import { startVision } from '../../src/adapters/vision/process/start-vision.ts';
import type { Vision } from '../../src/domain/ports/vision.ts';
import { openScriptedAnalyser, scripted } from '../fixtures/vision/scripted-analyser.ts';
import { listeningLog, startScriptedVision } from '../fixtures/vision/scripted-vision.ts';
import { group } from '../harness/photographs.ts';
import { openTestVision } from '../harness/vision.ts';
import { asking, textOf, visionAnswersContract, visionContract } from './vision.ts';

const scriptedPictures = {
  pictures: [scripted({ do: 'answer', faces: 2 }), scripted({ do: 'answer', name: 'other' }, 5_000_000)],
  unreadable: scripted({ do: 'unreadable' }),
  lacking: 'emotion',
} as const;

visionContract('vision in process, scripted', async (queueCapacity) => ({
  vision: openInProcessVision({ analyser: await openScriptedAnalyser(), queueCapacity }),
  places: 1,
  ...scriptedPictures,
}));

visionContract('the vision process, scripted', async (queueCapacity) => {
  const vision = startScriptedVision({ queueCapacity });
  await vision.ready();
  return { vision, places: 1, ...scriptedPictures };
});

const isConverted = existsSync('models/onnx/blazeface.onnx');

describe.skipIf(!isConverted)(
  isConverted ? 'with real networks' : 'models/onnx is empty: convert the models',
  () => {
    const photographs = {
      pictures: [group(1), group(5)],
      unreadable: group(1).subarray(0, 5000),
      lacking: 'liveness',
    } as const;

    visionAnswersContract('vision in process', async (queueCapacity) => ({
      vision: await openTestVision({ queueCapacity }),
      places: 1,
      ...photographs,
    }));

    visionAnswersContract('the vision process', async (queueCapacity) => {
      const vision = await startRealVision(queueCapacity);
      return { vision, places: 2, ...photographs };
    });

    it('both answer alike, bit for bit', async () => {
      await using inProcess = await openTestVision();
      await using process = await startRealVision(4);
      const { attributes } = await inProcess.ready();
      const request = { ...asking(group(3)), attributes };
      const expected = await inProcess.analyse(request);
      expect(textOf(await process.analyse(request))).toBe(textOf(expected));
      expect(expected.faces.length).toBeGreaterThan(1);
      expect(Object.keys(expected.faces[0]?.attributes ?? {}).sort()).toEqual([...attributes].sort());
    });
  },
);

async function startRealVision(queueCapacity: number): Promise<Vision> {
  const vision = startVision({ analyser: settings, workers: 2, queueCapacity, log: listeningLog() });
  await vision.ready();
  return vision;
}

/** As `openTestVision` has it. */
const settings: AnalyserSettings = {
  catalogueFile: 'models/catalogue.json',
  modelFolders: ['models/onnx'],
  profile: 'default',
  threadsPerWorker: 1,
  limits: { maxPixels: 50_000_000, enoughLongSide: 2_000 },
  tiles: 'auto',
  cropQuality: 95,
};
