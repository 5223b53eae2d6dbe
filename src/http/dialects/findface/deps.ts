import type { Uuid } from '../../../domain/gallery.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { PictureFetcher } from '../../../domain/ports/picture-fetcher.ts';
import type { LastSeen } from '../../../primitives/last-seen.ts';
import type { Access } from '../../../services/access.ts';
import type { CameraService } from '../../../services/cameras.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Faces } from '../../../services/faces.ts';
import type { HistoryService } from '../../../services/history.ts';
import type { Intake } from '../../../services/intake.ts';
import type { People } from '../../../services/people.ts';
import type { Persons } from '../../../services/persons.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { PictureUrlParts } from '../../picture-urls.ts';

/** What the dialect stands on. */
export type FindFaceDeps = PictureUrlParts & {
  readonly access: Access;
  readonly bodyLimits: BodyLimits;
  readonly cameras: CameraService;
  readonly collections: Collections;
  readonly faces: Faces;
  readonly fetcher: PictureFetcher;
  readonly gallery: Pick<
    Gallery,
    'findFace' | 'findMembership' | 'findPerson' | 'findReference' | 'readPicture'
  >;
  readonly history: Pick<HistoryService, 'list'>;
  readonly intake: Intake;
  readonly people: Pick<People, 'readFaces'>;
  readonly persons: Persons;
  readonly recognition: Recognition;
};

export type FindFaceParts = FindFaceDeps & {
  /** MD5 of pictures that came through other APIs, by the ids of their references. */
  readonly hashes: LastSeen<Uuid, string>;
};
