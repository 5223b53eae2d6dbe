import { connect } from 'node:net';

export type RawReply = { readonly status: number; readonly body: string };

/**
 * Sends bytes as they are, one piece after the other, and reads what comes back until the server closes or the answer
 * is whole. The client's side stays open.
 */
export function exchange(port: number, pieces: readonly (string | Uint8Array)[]): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const settle = () => {
      socket.destroy();
      const reply = parse(received);
      if (reply) resolve(reply);
      else reject(new Error(`No whole answer: ${JSON.stringify(received)}`));
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (parse(received)) settle();
    });
    socket.on('error', settle);
    socket.on('close', settle);
    for (const piece of pieces) socket.write(piece);
  });
}

function parse(received: string): RawReply | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.slice(0, end);
  const body = received.slice(end + 4);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return body.length < length ? undefined : { status: Number(head.split(' ')[1]), body };
}
