import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';

export type ServerLimits = {
  /** All headers of a request together. */
  readonly maxHeaderBytes: number;
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number;
  /** How long an idle connection is kept for another request. */
  readonly keepAliveMs: number;
};

export const defaultServerLimits: ServerLimits = {
  maxHeaderBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 75_000,
  keepAliveMs: 30_000,
};

/** Certificate chain and private key as PEM. */
export type TlsIdentity = { readonly cert: string; readonly key: string };

export type ListenAt =
  | { readonly host: string; readonly port: number; readonly tls?: TlsIdentity }
  | { readonly path: string };

/** A server that answers. */
export interface HttpListener extends AsyncDisposable {
  /** `http://host:port` or `https://host:port`, or the path of the Unix socket. */
  readonly address: string;
  readonly port: number;
  /** Takes no new request, waits so long for those in work, then cuts off what is left. */
  drain(graceMs: number): Promise<void>;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Resolves when connections are taken; rejects when the address is not free. */
export async function listen(
  handler: RequestListener,
  at: ListenAt,
  limits: ServerLimits = defaultServerLimits,
): Promise<HttpListener> {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    noDelay: true,
  };
  const tls = 'tls' in at ? at.tls : undefined;
  const server = tls ? createTlsServer({ ...options, ...tls }, handler) : createServer(options, handler);
  server.on('clientError', answerMalformed);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return openListener(server, at);
}

function openListener(server: Server, at: ListenAt): HttpListener {
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  let draining: Promise<void> | undefined;
  const inWork = new Set<ServerResponse>();
  const isTls = 'tls' in at && at.tls !== undefined;
  const handshaking = isTls ? noteHandshakes(server) : new Map<string, Socket>();
  const silent = noteSilent(server, isTls ? 'secureConnection' : 'connection');
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    silent.delete(request.socket);
    inWork.add(response);
    response.once('close', () => inWork.delete(response));
    if (draining) sayGoodbye(response);
  });
  const drain = (graceMs: number) => {
    draining ??= closeWithin(server, { inWork, silent, handshaking }, graceMs);
    return draining;
  };
  return {
    address: addressOf(at, port),
    port,
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  };
}

function addressOf(at: ListenAt, port: number): string {
  if ('path' in at) return at.path;
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  return `${at.tls ? 'https' : 'http'}://${host}:${port}`;
}

/** Connections that never asked anything, as browsers open ahead; Node does not count them as idle. */
function noteSilent(server: Server, opened: 'connection' | 'secureConnection'): Set<Socket> {
  const silent = new Set<Socket>();
  server.on(opened, (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  return silent;
}

/** Connections by where they come from whose TLS handshake is not over; to Node they are no connections of HTTP at all. */
function noteHandshakes(server: Server): ReadonlyMap<string, Socket> {
  const handshaking = new Map<string, Socket>();
  const originOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const origin = originOf(socket);
    handshaking.set(origin, socket);
    socket.once('close', () => {
      if (handshaking.get(origin) === socket) handshaking.delete(origin);
    });
  });
  server.on('secureConnection', (socket: Socket) => handshaking.delete(originOf(socket)));
  return handshaking;
}

type Connections = {
  readonly inWork: ReadonlySet<ServerResponse>;
  readonly silent: ReadonlySet<Socket>;
  readonly handshaking: ReadonlyMap<string, Socket>;
};

async function closeWithin(server: Server, connections: Connections, graceMs: number): Promise<void> {
  const { inWork, silent, handshaking } = connections;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of inWork) {
    sayGoodbye(response);
    // An answer that is half out already keeps its connection, which is idle when it is.
    response.once('close', () => setImmediate(() => server.closeIdleConnections()));
  }
  server.closeIdleConnections();
  for (const socket of silent) socket.end();
  for (const socket of handshaking.values()) socket.destroy();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

/** The client shall come back on another connection. */
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no HTTP is answered before any application sees it. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = refusals[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
