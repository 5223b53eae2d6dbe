import type { LmdbStore } from '../adapters/gallery/lmdb/open-lmdb-store.ts';
import { openBatchFile } from '../adapters/picture-batch/file/open-batch-file.ts';
import { portableFolder } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { ScoreTable } from '../domain/catalogue.ts';
import type { Cameras } from '../domain/ports/cameras.ts';
import type { Credentials } from '../domain/ports/credentials.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Metrics } from '../domain/ports/metrics.ts';
import type { ModelStore } from '../domain/ports/model-store.ts';
import type { Vision } from '../domain/ports/vision.ts';
import { createHttpApp } from '../http/app.ts';
import { bodyBudgetFor } from '../http/body/budget.ts';
import type { BodyLimits } from '../http/body/limits.ts';
import { createCompreFaceDialect } from '../http/dialects/compreface/dialect.ts';
import { createEnfaceDialect } from '../http/dialects/enface/dialect.ts';
import { createFaceMatchExpertDialect } from '../http/dialects/face-match-expert/dialect.ts';
import { createFaceSearchDialect } from '../http/dialects/face-search/dialect.ts';
import { createFindFaceDialect } from '../http/dialects/findface/dialect.ts';
import { createOstiaryDialect } from '../http/dialects/ostiary/dialect.ts';
import { operationsRouter } from '../http/operations.ts';
import { createAccounts } from '../services/accounts.ts';
import { createArrivals } from '../services/arrivals.ts';
import { createBatchEnrolments } from '../services/batch-enrolments.ts';
import { createCameras } from '../services/cameras.ts';
import { createCollections } from '../services/collections.ts';
import { createCompreFaceImports } from '../services/compreface-imports.ts';
import { createErasures } from '../services/erasures.ts';
import { createFaceData } from '../services/face-data.ts';
import { createFaces } from '../services/faces.ts';
import { createHealth } from '../services/health.ts';
import { createIntake } from '../services/intake.ts';
import type { ModelSwitch } from '../services/model-switch.ts';
import { createPeople } from '../services/people.ts';
import { createPersons } from '../services/persons.ts';
import { createPictureLinks } from '../services/picture-links.ts';
import { createRecognition } from '../services/recognition.ts';
import { recordRecognition } from '../services/recorded-recognition.ts';
import { createRegistered } from '../services/registered.ts';
import type { Front, ListenWhere } from './listen.ts';
import { openAccess } from './open-access.ts';
import { openPictureFetcher } from './open-picture-fetcher.ts';
import type { Records } from './open-records.ts';
import { openSigning } from './open-signing.ts';
import { openSubjectSource } from './open-subject-source.ts';

type FrontParts = Records & {
  readonly settings: Settings;
  readonly models: ModelStore;
  readonly credentials: Credentials;
  readonly storeProblems: LmdbStore['storeProblems'];
  readonly collectionsLoading: LmdbStore['collectionsLoading'];
  readonly latestMs: LmdbStore['latestMs'];
  readonly vision: Vision;
  readonly modelSwitch: ModelSwitch;
  readonly cameras: Cameras;
  readonly metrics: Metrics;
  readonly log: Log;
};

/** The services, and the APIs over them. */
export async function createFront(parts: FrontParts, where: ListenWhere): Promise<Front> {
  const { settings, models, gallery, credentials, storeProblems, vision, metrics, log } = parts;
  const { jobs, audit, record, history, retention, scrubbing, verification } = parts;
  const { backups, erasureRecord, modelSwitch, latestMs } = parts;
  const collections = createCollections({ gallery, credentials });
  await collections.ensure('default');
  const scoreTable = scoreTablesOf(models);
  const { pictures, enrolment } = settings.gallery;
  const signing = await openSigning(settings);
  const access = await openAccess(credentials, { settings, signing, where, log, audit, record, latestMs });
  const people = createPeople({ gallery, vision, pictures, enrolment, scoreTable });
  const which = settings.history.record;
  const recognition = recordRecognition(createRecognition({ gallery, vision, scoreTable }), {
    history,
    which,
  });
  const shared = {
    ...{
      gallery,
      collections,
      models,
      vision,
      jobs,
      audit,
      history,
      retention,
      scrubbing,
      verification,
      modelSwitch,
      access,
    },
    ...{ backups, exports: parts.exports, imports: parts.imports },
    batchEnrolments: createBatchEnrolments({
      ...{ gallery, people, vision, jobs, dir: portableFolder(settings) },
      open: (file) => openBatchFile(file, { maxPictureBytes: settings.limits.pictureBytes }),
    }),
    compreFaceImports: createCompreFaceImports({
      ...{ gallery, people, vision, jobs, audit, signing, log: log.child({ part: 'import' }) },
      connect: (wish) => openSubjectSource(settings, wish),
    }),
    erasures: createErasures({ gallery }),
    accounts: createAccounts({ dialect: 'enface', credentials, access, signing, latestMs }),
    cameras: createCameras(parts),
    fetcher: openPictureFetcher(settings),
    health: createHealth({
      ...parts,
      storeProblems: () => [...storeProblems(), ...scrubbing.problems(), ...erasureRecord.problems()],
    }),
    faceData: createFaceData(signing),
    faces: createFaces({ gallery }),
    persons: createPersons({ gallery }),
    pictureLinks: createPictureLinks({ signing, people, latestMs }),
    publicUrl: settings.http.publicUrl,
    ...{ people, recognition, intake: createIntake({ gallery, people, recognition, history, which }) },
    arrivals: createArrivals({ gallery, people, scoreTable }),
    bodyLimits: toBodyLimits(settings),
  };
  const vendors = [
    createCompreFaceDialect(shared),
    createFaceMatchExpertDialect(shared),
    createEnfaceDialect(shared),
    createFindFaceDialect(shared),
    createFaceSearchDialect({ ...shared, registered: createRegistered(shared) }),
  ];
  // What is in memory at once counts for the process, whichever way it came.
  const common = { log, metrics, bodyBudget: bodyBudgetFor(shared.bodyLimits) };
  const all = {
    ...common,
    dialects: [...vendors, createOstiaryDialect(shared)],
    openRoutes: operationsRouter({ health: shared.health, metrics }),
  };
  return {
    main: createHttpApp(all).callback(),
    control: createHttpApp({ ...all, trusted: true }).callback(),
    vendors: vendors.map((dialect) => ({
      name: dialect.name,
      listener: createHttpApp({ ...common, dialects: [dialect], atRoot: true }).callback(),
    })),
  };
}

function scoreTablesOf({ catalogue }: ModelStore): (modelId: string) => ScoreTable | undefined {
  return (modelId) =>
    catalogue.models.find(({ embedding }) => embedding?.modelId === modelId)?.embedding?.scores;
}

/** A body may hold two pictures; base64 adds a third to them, and the parts their headers. */
function toBodyLimits({ limits }: Settings): BodyLimits {
  return {
    maxFileBytes: limits.pictureBytes,
    maxMultipartBytes: 2 * limits.pictureBytes + 64 * 1024,
    maxJsonBytes: Math.ceil(2.8 * limits.pictureBytes),
    maxJsonDepth: limits.jsonDepth,
    idleMs: limits.silenceMs,
    totalMs: limits.requestMs,
  };
}
