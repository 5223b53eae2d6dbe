import { openInProcessVision } from '../../src/adapters/vision/in-process/open-in-process-vision.ts';
import { placesFor } from '../../src/adapters/vision/process/settings.ts';
import { openScriptedAnalyser, scripted } from '../fixtures/vision/scripted-analyser.ts';
import { startScriptedVision } from '../fixtures/vision/scripted-vision.ts';
import { visionContract } from './vision.ts';

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
  return { vision, places: placesFor(1), ...scriptedPictures };
});
