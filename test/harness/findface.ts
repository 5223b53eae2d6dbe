import { openMemoryPictureFetcher } from '../../src/adapters/picture-fetcher/memory/open-memory-picture-fetcher.ts';
import type { PictureFetcher } from '../../src/domain/ports/picture-fetcher.ts';
import type { Dialect } from '../../src/http/dialect.ts';
import { createFindFaceDialect } from '../../src/http/dialects/findface/dialect.ts';
import { createFaces } from '../../src/services/faces.ts';
import { createIntake } from '../../src/services/intake.ts';
import { createPersons } from '../../src/services/persons.ts';
import type { TestServices } from './app.ts';

/** The dialect over the services of a test; without a fetcher no URL is asked. */
export function openFindFace(
  services: TestServices,
  fetcher: PictureFetcher = openMemoryPictureFetcher(),
): Dialect {
  return createFindFaceDialect({
    ...services,
    fetcher,
    faces: createFaces(services),
    intake: createIntake({ ...services, which: 'all' }),
    persons: createPersons(services),
  });
}
