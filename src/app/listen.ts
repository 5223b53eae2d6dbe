import { readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { controlSocketPath } from '../config/places.ts';
import { isLoopback, type Settings } from '../config/schema.ts';
import type { Log } from '../domain/ports/log.ts';
import { defaultServerLimits, type HttpListener, listen, type TlsIdentity } from '../http/server.ts';
import { orStartError } from './start-error.ts';

/** `configured` takes the ports and the control socket; a private socket is all that a single command needs. */
export type ListenWhere = 'configured' | { readonly privateSocket: string };

/** What answers on each kind of listener. */
export type Front = {
  readonly main: RequestListener;
  readonly compreface: RequestListener;
  readonly control: RequestListener;
};

/** How long requests in work may take to end when the service stops. */
const drainMs = 10_000;

export type Listeners = {
  readonly main?: HttpListener;
  readonly compreface?: HttpListener;
  readonly control: HttpListener;
};

/** The control socket comes last: who finds it finds a service that listens everywhere. */
export async function listenAt(front: Front, settings: Settings, where: ListenWhere): Promise<Listeners> {
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

/** Answers what is in work and takes no more. */
export async function drain(listeners: Listeners, log: Log): Promise<void> {
  log.info({}, 'Stopping: requests in work are answered first');
  await Promise.all(Object.values(listeners).map((listener) => listener.drain(drainMs)));
}

/** Tells the operator where the service listens. */
export function tellListeners(
  { main, compreface, control }: Listeners,
  http: Settings['http'],
  log: Log,
): void {
  if (!main) return;
  if (!http.tls.certificate && !isLoopback(http.host)) {
    log.warn({ host: http.host }, 'http.plain is set: keys and pictures cross the network in the clear');
  }
  log.info({ url: main.address }, 'Listening: each API under its prefix');
  if (compreface) log.info({ url: compreface.address }, 'Listening: the CompreFace API at the root');
  log.info({ socket: control.address }, 'Listening: the ostiary command');
}
