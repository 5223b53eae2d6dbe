import type { Access } from '../../../services/access.ts';
import type { Accounts } from '../../../services/accounts.ts';
import type { Arrivals } from '../../../services/arrivals.ts';
import type { CameraService } from '../../../services/cameras.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Faces } from '../../../services/faces.ts';
import type { People } from '../../../services/people.ts';
import type { Persons } from '../../../services/persons.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { PictureUrlParts } from '../../picture-urls.ts';

/** What the dialect stands on. Its lists are collections, its sources cameras. */
export type EnfaceDeps = PictureUrlParts & {
  readonly access: Access;
  readonly accounts: Accounts;
  readonly arrivals: Arrivals;
  readonly cameras: CameraService;
  readonly collections: Collections;
  readonly faces: Faces;
  readonly people: People;
  readonly persons: Persons;
  readonly recognition: Recognition;
  readonly bodyLimits: BodyLimits;
};
