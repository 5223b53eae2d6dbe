import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryAudit } from '../../src/adapters/audit/memory/open-memory-audit.ts';
import { openMemoryCameras } from '../../src/adapters/cameras/memory/open-memory-cameras.ts';
import { openMemoryCredentials } from '../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { openMemoryStore } from '../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { openMemoryHistory } from '../../src/adapters/history/memory/open-memory-history.ts';
import { openMemoryJobs } from '../../src/adapters/jobs/memory/open-memory-jobs.ts';
import { openBatchFile } from '../../src/adapters/picture-batch/file/open-batch-file.ts';
import { openMemoryPictureFetcher } from '../../src/adapters/picture-fetcher/memory/open-memory-picture-fetcher.ts';
import { memoryStoreCheck } from '../../src/adapters/store-check/memory/memory-store-check.ts';
import { openRecords, type Records } from '../../src/app/open-records.ts';
import { openSubjectSource } from '../../src/app/open-subject-source.ts';
import { localAdmin } from '../../src/domain/credential.ts';
import { type EnrolmentPolicy, openEnrolment } from '../../src/domain/enrolment.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Collection } from '../../src/domain/gallery.ts';
import type { Audit } from '../../src/domain/ports/audit.ts';
import type { Backups } from '../../src/domain/ports/backup.ts';
import type { Cameras } from '../../src/domain/ports/cameras.ts';
import type { Credentials } from '../../src/domain/ports/credentials.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import type { History } from '../../src/domain/ports/history.ts';
import type { Jobs } from '../../src/domain/ports/jobs.ts';
import type { Log, LogFields } from '../../src/domain/ports/log.ts';
import type { ServedRequest } from '../../src/domain/ports/metrics.ts';
import type { PictureFetcher } from '../../src/domain/ports/picture-fetcher.ts';
import type { StoreCheck } from '../../src/domain/ports/store-check.ts';
import type { TemplateModels } from '../../src/domain/ports/template-models.ts';
import type { Vision } from '../../src/domain/ports/vision.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { createBodyBudget } from '../../src/http/body/budget.ts';
import { type BodyLimits, defaultBodyLimits } from '../../src/http/body/limits.ts';
import type { Dialect } from '../../src/http/dialect.ts';
import { createCompreFaceDialect } from '../../src/http/dialects/compreface/dialect.ts';
import { defaultServerLimits, type HttpListener, listen, type ServerLimits } from '../../src/http/server.ts';
import { type Access, createAccess } from '../../src/services/access.ts';
import { type Accounts, createAccounts } from '../../src/services/accounts.ts';
import { type Arrivals, createArrivals } from '../../src/services/arrivals.ts';
import { defaultAttemptPolicy } from '../../src/services/attempt-limit.ts';
import { type BatchEnrolments, createBatchEnrolments } from '../../src/services/batch-enrolments.ts';
import { type CameraService, createCameras } from '../../src/services/cameras.ts';
import { type Collections, createCollections } from '../../src/services/collections.ts';
import type { ImportPatience } from '../../src/services/compreface-import.ts';
import { type CompreFaceImports, createCompreFaceImports } from '../../src/services/compreface-imports.ts';
import { createErasures, type Erasures } from '../../src/services/erasures.ts';
import { createFaces, type Faces } from '../../src/services/faces.ts';
import type { PicturePolicy } from '../../src/services/kept-picture.ts';
import { createKeys } from '../../src/services/keys.ts';
import { createModelSwitch, type ModelSwitch } from '../../src/services/model-switch.ts';
import { createPeople, type People } from '../../src/services/people.ts';
import { createPersons, type Persons } from '../../src/services/persons.ts';
import { createPictureLinks, type PictureLinks } from '../../src/services/picture-links.ts';
import { createRecognition, type Recognition } from '../../src/services/recognition.ts';
import { recordRecognition } from '../../src/services/recorded-recognition.ts';
import { serveModel } from '../../src/services/serving-vision.ts';
import { createSigning, type Signing } from '../../src/services/signing.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { openTestModels, openTestVision, readScoreTables } from './vision.ts';

/** What dialects are made from. */
export type TestServices = Records & {
  readonly modelSwitch: ModelSwitch;
  readonly credentials: Credentials;
  readonly vision: Vision;
  readonly recognition: Recognition;
  readonly people: People;
  readonly persons: Persons;
  readonly faces: Faces;
  readonly arrivals: Arrivals;
  readonly pictureLinks: PictureLinks;
  readonly collections: Collections;
  readonly access: Access;
  readonly fetcher: PictureFetcher;
  readonly accounts: Accounts;
  readonly signing: Signing;
  readonly cameras: CameraService;
  readonly erasures: Erasures;
  readonly batchEnrolments: BatchEnrolments;
  readonly compreFaceImports: CompreFaceImports;
  readonly bodyLimits: BodyLimits;
};

const policy = { keepDays: 1, keepAtMost: 1_000 };
const keeping = {
  jobs: policy,
  audit: policy,
  history: { ...policy, record: 'all', onErasure: 'anonymise' },
  gallery: { quietHour: 3 },
} as const;

export type TestAppOptions = {
  /** `lmdb`, as in the product, when absent. */
  readonly store?: 'memory' | 'lmdb';
  readonly pictures?: PicturePolicy;
  /** What enrolment asks; nothing beyond a face when absent. */
  readonly enrolment?: Partial<EnrolmentPolicy>;
  readonly bodyLimits?: Partial<BodyLimits>;
  readonly serverLimits?: Partial<ServerLimits>;
  /** The real one in this process when absent; it is closed with the app in any case. */
  readonly vision?: Vision;
  /** Dialects beside CompreFace, on the main port. */
  readonly dialects?: (services: TestServices) => readonly Dialect[];
  /** What lies at which URL, for dialects that fetch; nothing when absent. */
  readonly fetchable?: ReadonlyMap<string, Uint8Array>;
  /** Bytes of bodies at once. */
  readonly bodiesBytes?: number;
  /** How long an import waits for another CompreFace. */
  readonly importPatience?: ImportPatience;
  /** Wrong credentials that a client may send at once. */
  readonly wrongAttempts?: number;
};

export type CompreFaceSecrets = Readonly<Record<'recognition' | 'detection' | 'verification', string>>;

/** The HTTP app on ephemeral ports, over real networks and a real gallery. */
export interface TestApp extends AsyncDisposable {
  /** The main port, where dialects have their prefixes. */
  readonly main: HttpListener;
  /** CompreFace's own port, at the root. */
  readonly compreface: HttpListener;
  readonly services: TestServices;
  readonly collection: Collection;
  /** Of its data. */
  readonly dir: string;
  readonly keys: CompreFaceSecrets;
  /** What was counted and logged so far. */
  readonly served: readonly ServedRequest[];
  readonly logged: readonly LogFields[];
  /** Makes a collection with three CompreFace keys. */
  issueKeys(slug: string): Promise<{ collection: Collection; keys: CompreFaceSecrets }>;
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const plain = options.vision ?? (await openTestVision());
  const store = await openStore(options.store ?? 'lmdb');
  const models = await openTestModels();
  const vision = serveModel(plain, { models, templates: store.templateModels });
  const stack = new AsyncDisposableStack();
  const backup = await encryptedBy(store.dir);
  const settings = { ...keeping, data: { dir: store.dir }, backup, portable: {} };
  const records = openRecords(store, { settings, log: silentLog, stack });
  const modelSwitch = createModelSwitch({
    ...{ ...records, models, templates: store.templateModels, vision },
    ...{ log: silentLog, graceMs: 0 },
  });
  const services = createServices({ ...store, ...records, modelSwitch }, vision, options);
  const issueKeys = async (slug: string) => {
    const collection = await services.collections.create(localAdmin, { slug, name: slug });
    return { collection, keys: await createCompreFaceKeys(services.access, collection) };
  };
  const served: ServedRequest[] = [];
  const logged: LogFields[] = [];
  const watching = {
    bodyBudget: createBodyBudget(options.bodiesBytes),
    log: logInto(logged),
    metrics: { countRequest: (one: ServedRequest) => served.push(one) },
  };

  const compreface = createCompreFaceDialect(services);
  const dialects = [compreface, ...(options.dialects?.(services) ?? [])];
  const limits = { ...defaultServerLimits, ...options.serverLimits };
  const at = { host: '127.0.0.1', port: 0 };
  const main = await listen(createHttpApp({ dialects, ...watching }).callback(), at, limits);
  const root = createHttpApp({ dialects: [compreface], atRoot: true, ...watching });
  const own = await listen(root.callback(), at, limits);

  return {
    ...{ main, compreface: own, services, served, logged, issueKeys, dir: store.dir },
    ...(await issueKeys('default')),
    async [Symbol.asyncDispose]() {
      await Promise.all([main.drain(0), own.drain(0)]);
      await stack.disposeAsync();
      await vision[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

async function encryptedBy(dir: string) {
  const keyFile = join(dir, 'backup-key');
  await writeFile(keyFile, '2b'.repeat(32));
  return { keyFile };
}

type TestStore = StoreCheck & {
  storeId: string;
  dir: string;
  gallery: Gallery;
  credentials: Credentials;
  jobs: Jobs;
  audit: Audit;
  history: History;
  cameras: Cameras;
  backups: Backups;
  templateModels: TemplateModels;
  close: () => Promise<void>;
};

async function openStore(kind: 'memory' | 'lmdb'): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-test-'));
  if (kind === 'memory') {
    const { gallery, templateModels } = openMemoryStore();
    return {
      ...memoryStoreCheck,
      ...{ dir, storeId: randomUUID(), gallery, templateModels },
      credentials: openMemoryCredentials(),
      jobs: openMemoryJobs(),
      audit: openMemoryAudit(),
      history: openMemoryHistory(),
      cameras: openMemoryCameras(),
      backups: { make: () => Promise.reject(new AppError('storage-failed', 'There are no files')) },
      async close() {
        await gallery[Symbol.asyncDispose]();
        await rm(dir, { recursive: true });
      },
    };
  }
  const store = await openLmdbStore({ dir: join(dir, 'gallery') });
  const close = async () => {
    await store.close();
    await rm(dir, { recursive: true });
  };
  return { ...store, dir, close };
}

function createServices(
  {
    credentials,
    cameras,
    dir,
    ...records
  }: Records & Pick<TestStore, 'credentials' | 'cameras' | 'dir'> & Pick<TestServices, 'modelSwitch'>,
  vision: Vision,
  options: TestAppOptions,
): TestServices {
  const { gallery } = records;
  const recognition = createRecognition({ gallery, vision, scoreTable: readScoreTables() });
  const attempts = { ...defaultAttemptPolicy, burst: options.wrongAttempts ?? 10_000 };
  const signing = createSigning(Buffer.alloc(32, 5));
  const startedAtMs = Date.now();
  const access = createAccess({ credentials, signing, attempts });
  const people = createPeople({
    ...{ gallery, vision, scoreTable: readScoreTables(), pictures: options.pictures ?? 'full' },
    ...(options.enrolment && { enrolment: { ...openEnrolment, ...options.enrolment } }),
  });
  const bodyLimits = { ...defaultBodyLimits, ...options.bodyLimits };
  return {
    ...{ ...records, credentials, vision },
    batchEnrolments: createBatchEnrolments({
      ...{ ...records, people, vision, dir: join(dir, 'exports') },
      open: (file) => openBatchFile(file, { maxPictureBytes: bodyLimits.maxFileBytes }),
    }),
    erasures: createErasures({ gallery }),
    compreFaceImports: createCompreFaceImports({
      ...{ ...records, people, vision, signing, log: silentLog },
      ...(options.importPatience && { patience: options.importPatience }),
      connect: (wish) =>
        openSubjectSource({ fetch: { allow: 'nothing' }, limits: { pictureBytes: 5 << 20 } }, wish),
    }),
    cameras: createCameras({ cameras }),
    recognition: recordRecognition(recognition, { ...records, which: 'all' }),
    people,
    persons: createPersons({ gallery }),
    // The same for as long as the app runs, whatever the hour.
    pictureLinks: createPictureLinks({ signing, people, latestMs: () => startedAtMs }),
    faces: createFaces({ gallery }),
    arrivals: createArrivals({ gallery, people, scoreTable: readScoreTables() }),
    fetcher: openMemoryPictureFetcher(options.fetchable),
    collections: createCollections({ gallery, credentials }),
    ...{ access, signing, accounts: createAccounts({ dialect: 'enface', credentials, access, signing }) },
    bodyLimits,
  };
}

async function createCompreFaceKeys(access: Access, collection: Collection): Promise<CompreFaceSecrets> {
  const issued = await createKeys(access, {
    dialect: 'compreface',
    right: 'write',
    reach: [collection.id],
    name: collection.slug,
  });
  const secretOf = (service: keyof CompreFaceSecrets) =>
    issued.find(({ credential }) => credential.services[0] === service)!.secret;
  return {
    recognition: secretOf('recognition'),
    detection: secretOf('detection'),
    verification: secretOf('verification'),
  };
}

function logInto(lines: LogFields[]): Log {
  const write = (fields: LogFields, message: string) => {
    lines.push({ ...fields, message });
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}
