import type { Benchmark } from '../framework/benchmark.ts';
import { modelsFolder } from '../ostiary/bench-analyser.ts';
import { facesFolder } from '../pictures/photographs.ts';
import type { FaceRegion } from './degrade.ts';
import { judgeFiles } from './files.ts';
import type { Findings } from './findings.ts';
import { groupPictures, type LabelledNose, peoplePictures, samplePictures } from './labels.ts';
import { measureProfile } from './measure-profile.ts';

/**
 * Detection, identification, verification and degraded probes on labelled pictures, for each profile whose networks are
 * here. Without `OSTIARY_FACES_DIR` only the targets that the face-api package's pictures can show.
 */
export const accuracy: Benchmark = async ({ quick, say }) => {
  const folder = facesFolder();
  const pictures = [
    ...(folder === undefined ? [] : [...groupPictures(folder), ...peoplePictures(folder)]),
    ...samplePictures(),
  ];
  const profiles = modelsFolder() === undefined ? ['default'] : ['default', 'edge'];
  const findings: Findings = { figures: [], targets: [] };
  const regions = new Map<LabelledNose, FaceRegion>();
  for (const profile of profiles) await measureProfile(profile, { pictures, regions, quick, say, findings });
  say('formats and broken files');
  await judgeFiles(folder, findings);
  return {
    scale: {
      pictures: pictures.length,
      faces: pictures.reduce((sum, { noses }) => sum + noses.length, 0),
      data:
        folder === undefined
          ? 'face-api sample pictures; OSTIARY_FACES_DIR is not set'
          : 'OSTIARY_FACES_DIR and face-api sample pictures',
      profiles: profiles.join(', '),
      quick,
    },
    ...findings,
  };
};
