import type { Access } from '../../../services/access.ts';
import type { Collections } from '../../../services/collections.ts';
import type { FaceData } from '../../../services/face-data.ts';
import type { People } from '../../../services/people.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';

/** What the dialect stands on. */
export type FaceMatchExpertDeps = {
  readonly recognition: Recognition;
  readonly people: People;
  readonly collections: Collections;
  readonly access: Access;
  readonly faceData: FaceData;
  readonly bodyLimits: BodyLimits;
};
