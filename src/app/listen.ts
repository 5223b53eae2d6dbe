import { readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { controlSocketPath } from '../config/places.ts';
import { isLoopback, type Settings } from '../config/schema.ts';
import type { DialectName } from '../domain/credential.ts';
import type { Log } from '../domain/ports/log.ts';
import { defaultServerLimits, type HttpListener, listen, type TlsIdentity } from '../http/server.ts';
import { orStartError } from './start-error.ts';

/** `configured` takes the ports and the control socket; a private socket is all that a single command needs. */
export type ListenWhere = 'configured' | { readonly privateSocket: string };

/** What answers on each kind of listener. */
export type Front = {
  readonly main: RequestListener;
  readonly control: RequestListener;
  /** Those that may have a port of their own. */
  readonly vendors: readonly { readonly name: DialectName; readonly listener: RequestListener }[];
};

type OwnPort = readonly [title: string, setting: keyof Settings['http']['ports']];

/** The name of an API for people, and where its own port stands in the configuration. */
const ownPorts: Readonly<Record<DialectName, OwnPort | undefined>> = {
  compreface: ['CompreFace', 'compreface'],
  'face-match-expert': ['Face.Match.Expert', 'faceMatchExpert'],
  'face-search': ['Face Search', 'faceSearch'],
  enface: ['Enface', 'enface'],
  findface: ['FindFace', 'findface'],
  ostiary: undefined,
};

/** How long requests in work may take to end when the service stops. */
const drainMs = 10_000;

export type Listeners = {
  readonly main?: HttpListener;
  readonly control: HttpListener;
  /** By the names of their APIs. */
  readonly own: ReadonlyMap<string, HttpListener>;
};

/** The control socket comes last: who finds it finds a service that listens everywhere. */
export async function listenAt(front: Front, settings: Settings, where: ListenWhere): Promise<Listeners> {
  await using opened = new AsyncDisposableStack();
  if (where !== 'configured') {
    return { control: await listenAtSocket(front.control, where.privateSocket), own: new Map() };
  }
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
  const own = new Map<string, HttpListener>();
  for (const { name, listener } of front.vendors) {
    const [title = name, setting] = ownPorts[name] ?? [];
    const port = setting ? http.ports[setting] : 'off';
    if (port !== 'off') own.set(title, opened.use(await open(listener, port)));
  }
  const control = await listenAtSocket(front.control, controlSocketPath(settings));
  opened.move();
  return { main, control, own };
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

/** Answers what is in work and takes no more. */
export async function drain(listeners: Listeners, log: Log): Promise<void> {
  log.info({}, 'Stopping: requests in work are answered first');
  const { main, control, own } = listeners;
  const all = [...(main ? [main] : []), control, ...own.values()];
  await Promise.all(all.map((listener) => listener.drain(drainMs)));
}

/** Tells the operator where the service listens. */
export function tellListeners({ main, control, own }: Listeners, http: Settings['http'], log: Log): void {
  if (!main) return;
  if (!http.tls.certificate && !isLoopback(http.host)) {
    log.warn({ host: http.host }, 'http.plain is set: keys and pictures cross the network in the clear');
  }
  log.info({ url: main.address }, 'Listening: each API under its prefix');
  for (const [title, { address }] of own) {
    log.info({ url: address }, `Listening: the ${title} API at the root`);
  }
  log.info({ socket: control.address }, 'Listening: the ostiary command');
}
