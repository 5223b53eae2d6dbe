import { mkdir, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { type LmdbStore, openLmdbStore } from './adapters/gallery/lmdb/open-lmdb-store.ts';
import { openNodeHost } from './adapters/host/node/node-host.ts';
import { secretFile } from './adapters/host/node/secret-file.ts';
import { openPrometheusMetrics } from './adapters/metrics/prometheus/prometheus-metrics.ts';
import { openModelStore } from './adapters/model-store/folders/open-model-store.ts';
import { meterVision } from './adapters/vision/metered/metered-vision.ts';
import { type StartVisionOptions, startVision } from './adapters/vision/process/start-vision.ts';
import {
  catalogueFile,
  controlSocketPath,
  firstAdminFile,
  modelFolders,
  storeFolder,
} from './config/places.ts';
import { isLoopback, type Settings } from './config/schema.ts';
import type { ScoreTable } from './domain/catalogue.ts';
import { AppError } from './domain/errors.ts';
import type { Credentials } from './domain/ports/credentials.ts';
import type { Gallery } from './domain/ports/gallery.ts';
import type { Log } from './domain/ports/log.ts';
import type { Metrics } from './domain/ports/metrics.ts';
import type { ModelStore } from './domain/ports/model-store.ts';
import type { Vision } from './domain/ports/vision.ts';
import { createHttpApp } from './http/app.ts';
import { bodyBudgetFor } from './http/body/budget.ts';
import type { BodyLimits } from './http/body/limits.ts';
import { createCompreFaceDialect } from './http/dialects/compreface/dialect.ts';
import { createOstiaryDialect } from './http/dialects/ostiary/dialect.ts';
import { operationsRouter } from './http/operations.ts';
import { defaultServerLimits, type HttpListener, listen, type TlsIdentity } from './http/server.ts';
import { type Access, createAccess } from './services/access.ts';
import { createCollections } from './services/collections.ts';
import { withFirstAdmin } from './services/first-admin.ts';
import { createHealth } from './services/health.ts';
import { createPeople } from './services/people.ts';
import { createRecognition } from './services/recognition.ts';

export type StartOptions = {
  /** `configured` takes the ports and the control socket; a private socket is all that a single command needs. */
  readonly listen: 'configured' | { readonly privateSocket: string };
  readonly log: Log;
};

/** The running main process. Disposing it answers what is in work, then stops everything in reverse order. */
export interface App extends AsyncDisposable {
  /** Resolves when pictures are analysed. */
  ready(signal?: AbortSignal): Promise<void>;
}

/** Something on the box stands against starting; the message tells its operator what. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** How long requests in work may take to end when the service stops. */
const drainMs = 10_000;

/** Starts everything in order. Whatever had started is stopped again when a later part does not start. */
export async function startApp(settings: Settings, { listen: where, log }: StartOptions): Promise<App> {
  // By itself V8 walks the whole heap for every few pictures, whose bytes lie beside it: it may double first.
  setFlagsFromString('--heap-growing-percent=100');
  await using stack = new AsyncDisposableStack();
  const { profile, workers } = settings.vision;
  log.info({ profile, workers, data: settings.data.dir, pid: process.pid }, 'Starting');
  stack.defer(() => log.info({}, 'Stopped'));
  const models = await openModels(settings);
  const processVision = stack.use(startVision(visionOptions(settings, log)));
  const store = await openStore(settings, log);
  stack.defer(() => store.close());
  const host = stack.use(openNodeHost());
  const metrics = openPrometheusMetrics({
    read: () => ({
      vision: processVision.status(),
      gallery: store.gallery.counts(),
      loopDelay: host.takeLoopDelay(),
      rssBytes: host.rssBytes(),
    }),
  });
  const vision = meterVision(processVision, metrics);
  const front = await createFront({ settings, models, ...store, vision, metrics, log }, where);
  const listeners = await listenAt(front, settings, where);
  stack.defer(() => drain(listeners, log));
  tellListeners(listeners, settings.http, log);
  const running = stack.move();
  return {
    async ready(signal) {
      await vision.ready(signal);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A missing network would only show as a vision process that never becomes ready. */
async function openModels(settings: Settings): Promise<ModelStore> {
  const models = await openModelStore({ catalogueFile, folders: modelFolders(settings) });
  const { profile } = settings.vision;
  const roles = models.catalogue.profiles[profile];
  if (!roles) {
    const known = Object.keys(models.catalogue.profiles).join(', ');
    throw new AppError('bad-input', `There is no profile ${profile} in the catalogue, only ${known}`);
  }
  const needed = new Set(Object.values(roles));
  for (const entry of models.catalogue.models.filter(({ id }) => needed.has(id))) {
    const state = await models.state(entry);
    if (state === 'installed') continue;
    const way =
      entry.source.kind === 'fetched' ? `ostiary models fetch ${entry.id}` : 'npm start (it converts them)';
    throw new AppError('model-missing', `The network ${entry.id} is ${state}; this brings it: ${way}`);
  }
  return models;
}

function visionOptions(settings: Settings, log: Log): StartVisionOptions {
  const { vision } = settings;
  return {
    analyser: {
      catalogueFile,
      modelFolders: modelFolders(settings),
      profile: vision.profile,
      threadsPerWorker: 1,
      limits: { maxPixels: vision.maxPixels, enoughLongSide: 1920 },
      tiles: vision.tiles,
      cropQuality: vision.cropQuality,
    },
    workers: vision.workers,
    queueCapacity: vision.queueLength,
    pictureDeadlineMs: vision.deadlineMs,
    niceness: vision.niceness,
    log: log.child({ part: 'vision' }),
  };
}

async function openStore(settings: Settings, log: Log): Promise<LmdbStore> {
  const dir = storeFolder(settings);
  await orStartError(`The folder ${dir}`, mkdir(dir, { recursive: true, mode: 0o700 }));
  const store = await openLmdbStore({ dir, log: log.child({ part: 'gallery' }) });
  for (const { table, key, message } of store.storeProblems()) log.warn({ table, record: key }, message);
  log.info({ folder: dir, ...store.gallery.counts() }, 'The gallery is open');
  return store;
}

type FrontParts = {
  readonly settings: Settings;
  readonly models: ModelStore;
  readonly gallery: Gallery;
  readonly credentials: Credentials;
  readonly storeProblems: LmdbStore['storeProblems'];
  readonly vision: Vision;
  readonly metrics: Metrics;
  readonly log: Log;
};

/** What answers on each kind of listener. */
type Front = {
  readonly main: RequestListener;
  readonly compreface: RequestListener;
  readonly control: RequestListener;
};

async function createFront(parts: FrontParts, where: StartOptions['listen']): Promise<Front> {
  const { settings, models, gallery, credentials, storeProblems, vision, metrics, log } = parts;
  const collections = createCollections({ gallery });
  await collections.ensure('default');
  const scoreTable = scoreTablesOf(models);
  const { keepPictures, enrolment } = settings.gallery;
  const pictures = keepPictures ? 'full' : 'none';
  const shared = {
    ...{ gallery, collections, models, vision },
    access: await openAccess(credentials, { settings, where, log }),
    health: createHealth({ vision, gallery, storeProblems }),
    people: createPeople({ gallery, vision, pictures, enrolment, scoreTable }),
    recognition: createRecognition({ gallery, vision, scoreTable }),
    bodyLimits: toBodyLimits(settings),
  };
  const compreface = createCompreFaceDialect(shared);
  // What is in memory at once counts for the process, whichever way it came.
  const common = { log, metrics, bodyBudget: bodyBudgetFor(shared.bodyLimits) };
  const all = {
    ...common,
    dialects: [compreface, createOstiaryDialect(shared)],
    openRoutes: operationsRouter({ health: shared.health, metrics }),
  };
  return {
    main: createHttpApp(all).callback(),
    compreface: createHttpApp({ ...common, dialects: [compreface], atRoot: true }).callback(),
    control: createHttpApp({ ...all, trusted: true }).callback(),
  };
}

function scoreTablesOf({ catalogue }: ModelStore): (modelId: string) => ScoreTable | undefined {
  return (modelId) =>
    catalogue.models.find(({ embedding }) => embedding?.modelId === modelId)?.embedding?.scores;
}

type AccessOptions = Pick<FrontParts, 'settings' | 'log'> & { readonly where: StartOptions['listen'] };

/** Only a service that others can reach needs a first admin; a private app has its socket. */
async function openAccess(
  credentials: Credentials,
  { settings, where, log }: AccessOptions,
): Promise<Access> {
  const plain = createAccess({ credentials });
  if (where !== 'configured') return plain;
  const file = secretFile(firstAdminFile(settings));
  const { access, created } = await withFirstAdmin(plain, file);
  if (created) {
    log.warn({ file: file.path }, 'First start: an admin credential lies in this file until it is used');
    log.info({}, 'To begin, make keys for clients: npx ostiary keys create compreface');
  }
  return access;
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

type Listeners = {
  readonly main?: HttpListener;
  readonly compreface?: HttpListener;
  readonly control: HttpListener;
};

/** The control socket comes last: who finds it finds a service that listens everywhere. */
async function listenAt(front: Front, settings: Settings, where: StartOptions['listen']): Promise<Listeners> {
  await using opened = new AsyncDisposableStack();
  if (where !== 'configured') return { control: await listenAtSocket(front.control, where.privateSocket) };
  const { http, limits } = settings;
  const serverLimits = {
    ...defaultServerLimits,
    headersMs: limits.headersMs,
    requestMs: limits.headersMs + limits.requestMs,
  };
  const tls = await readTls(http.tls);
  const at = (port: number) => ({ host: http.host, port, ...(tls && { tls }) });
  const open = (handler: RequestListener, port: number) =>
    orStartError(`The address ${http.host}:${port}`, listen(handler, at(port), serverLimits));
  const main = opened.use(await open(front.main, http.port));
  const own = http.ports.compreface;
  const compreface = own === 'off' ? undefined : opened.use(await open(front.compreface, own));
  const control = await listenAtSocket(front.control, controlSocketPath(settings));
  opened.move();
  return { main, ...(compreface && { compreface }), control };
}

async function readTls({ certificate, key }: Settings['http']['tls']): Promise<TlsIdentity | undefined> {
  if (certificate === undefined || key === undefined) return undefined;
  return {
    cert: await orStartError('http.tls.certificate', readFile(certificate, 'utf8')),
    key: await orStartError('http.tls.key', readFile(key, 'utf8')),
  };
}

/** What lies there is left over from a process that died: the store's lock has shown that there is no other. */
async function listenAtSocket(handler: RequestListener, path: string): Promise<HttpListener> {
  await rm(path, { force: true });
  // The file is made while `listen` is called; a later chmod would leave a moment in which others can connect.
  const usual = process.umask(0o177);
  const listening = listen(handler, { path });
  process.umask(usual);
  return await orStartError(`The socket ${path}`, listening);
}

async function drain(listeners: Listeners, log: Log): Promise<void> {
  log.info({}, 'Stopping: requests in work are answered first');
  await Promise.all(Object.values(listeners).map((listener) => listener.drain(drainMs)));
}

function tellListeners({ main, compreface, control }: Listeners, http: Settings['http'], log: Log): void {
  if (!main) return;
  if (!http.tls.certificate && !isLoopback(http.host)) {
    log.warn({ host: http.host }, 'http.plain is set: keys and pictures cross the network in the clear');
  }
  log.info({ url: main.address }, 'Listening: each API under its prefix');
  if (compreface) log.info({ url: compreface.address }, 'Listening: the CompreFace API at the root');
  log.info({ socket: control.address }, 'Listening: the ostiary command');
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this user',
  EADDRINUSE: 'is taken by another process',
  EADDRNOTAVAIL: 'is not one of this box',
  EINVAL: 'is no valid one, or too long',
  ENOENT: 'is not there',
  ENOSPC: 'finds no room on the disk',
  EROFS: 'lies on a disk that cannot be written',
};

async function orStartError<Result>(what: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new StartError(`${what} ${reasons[code] ?? 'cannot be used'} (${code})`, { cause });
  }
}
