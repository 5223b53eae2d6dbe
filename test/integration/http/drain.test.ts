import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../src/http/server.ts';
import { selfSignedForLocalhost } from '../../fixtures/models/self-signed-certificate.ts';

const local = { host: '127.0.0.1', port: 0 };
/** Longer than any test may take: where draining waits for it, the test fails. */
const graceMs = 600_000;

describe('a listener that drains', () => {
  it('answers what is in work, says goodbye with it, and ends then', async () => {
    await using listener = await listen(echo, local);
    const upload = request(listener.address, {
      method: 'POST',
      agent: new Agent({ keepAlive: true }),
      headers: { Expect: '100-continue' },
    });
    upload.flushHeaders();
    await once(upload, 'continue');
    const drained = listener.drain(graceMs);
    upload.end('late');
    const [response] = await once(upload, 'response');
    expect(response.headers.connection).toBe('close');
    response.resume();
    await drained;
  });

  it('ends when an answer that was half out is out, though its client would stay', async () => {
    const { promise: halfOut, resolve } = Promise.withResolvers<ServerResponse>();
    await using listener = await listen((_request, response) => {
      response.write('one');
      resolve(response);
    }, local);
    const asking = request(listener.address, { agent: new Agent({ keepAlive: true }) }).end();
    const [response] = await once(asking, 'response');
    const drained = listener.drain(graceMs);
    (await halfOut).end('two');
    expect(Buffer.concat(await response.toArray()).toString()).toBe('onetwo');
    await drained;
  });

  it('does not wait for a connection that never asked anything', async () => {
    await using listener = await listen(echo, local);
    const silent = connect(listener.port, local.host);
    const closed = once(silent, 'close');
    const asking = request(listener.address, { method: 'POST', agent: new Agent({ keepAlive: true }) });
    asking.end('one');
    const [response] = await once(asking, 'response');
    response.resume();
    await listener.drain(graceMs);
    await closed;
  });

  it('does not wait for a TLS handshake that goes nowhere, nor for a connection that is silent behind one', async () => {
    const tls = selfSignedForLocalhost();
    await using listener = await listen(echo, { ...local, tls });
    const silent = connectTls({ port: listener.port, host: 'localhost', ca: tls.cert });
    await once(silent, 'secureConnect');
    silent.resume();
    const handshaking = connect(listener.port, local.host);
    const ends = [once(silent, 'close'), once(handshaking, 'close')];
    await once(handshaking, 'connect');
    // Its first answer over another connection: then the server has seen the one before it.
    const asking = requestTls({
      port: listener.port,
      ca: tls.cert,
      agent: new TlsAgent({ keepAlive: true }),
    });
    const [response] = await once(asking.end(), 'response');
    response.resume();
    await listener.drain(graceMs);
    await Promise.all(ends);
  });

  it('cuts off what takes longer than it grants', async () => {
    await using listener = await listen(() => undefined, local);
    const asking = request(listener.address).end();
    await once(asking, 'socket');
    const cut = once(asking, 'error');
    await listener.drain(10);
    expect(await cut).toMatchObject([{ code: expect.stringMatching(/ECONNRESET|ECONNREFUSED/) }]);
  });
});

function echo(request: IncomingMessage, response: ServerResponse): void {
  request.pipe(response);
}
