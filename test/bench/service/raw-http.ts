import { connect, type Socket } from 'node:net';

export type RawAnswer = {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
};

/** One connection, kept alive; one request at a time. */
export type RawHttp = Disposable & {
  /** Sends the lines of a head and a body; answers need a Content-Length. */
  exchange(head: readonly string[], body?: Buffer): Promise<RawAnswer>;
};

type Waiting = { readonly resolve: (answer: RawAnswer) => void; readonly reject: (error: Error) => void };

/** HTTP with so little around it that what is measured is the service: Node's own client takes a millisecond a request. */
export function openRawHttp(host: string, port: number): RawHttp {
  let socket: Socket | undefined;
  let waiting: Waiting | undefined;
  const open = (): Socket => {
    const fresh = connect({ host, port, noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    const end = (error: Error) => {
      if (socket === fresh) socket = undefined;
      waiting?.reject(error);
      waiting = undefined;
    };
    fresh.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (!answer) return;
      received = Buffer.alloc(0);
      if (answer.headers.get('connection') === 'close') socket = undefined;
      waiting?.resolve(answer);
      waiting = undefined;
    });
    fresh.on('error', end);
    fresh.on('close', () => end(new Error('The service closed the connection')));
    return fresh;
  };
  return {
    exchange(head, body) {
      socket ??= open();
      const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
      waiting = { resolve, reject };
      socket.cork();
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      if (body) socket.write(body);
      socket.uncork();
      return promise;
    },
    [Symbol.dispose]: () => socket?.destroy(),
  };
}

/** Undefined while some of it is missing. */
function readAnswer(received: Buffer): RawAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const length = headers.get('content-length');
  if (length === undefined) throw new Error(`An answer without Content-Length: ${statusLine}`);
  const bodyStart = headEnd + 4;
  if (received.length < bodyStart + Number(length)) return undefined;
  const body = Buffer.from(received.subarray(bodyStart, bodyStart + Number(length)));
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}
