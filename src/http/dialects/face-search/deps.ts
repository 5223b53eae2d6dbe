import type { Vision } from '../../../domain/ports/vision.ts';
import type { Access } from '../../../services/access.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { Registered } from '../../../services/registered.ts';
import type { BodyLimits } from '../../body/limits.ts';

/** What the dialect stands on. */
export type FaceSearchDeps = {
  readonly recognition: Recognition;
  readonly registered: Registered;
  readonly collections: Collections;
  readonly vision: Vision;
  readonly access: Access;
  readonly bodyLimits: BodyLimits;
};
