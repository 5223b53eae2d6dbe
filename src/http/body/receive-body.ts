import type { IncomingMessage } from 'node:http';
import { AppError } from '../../domain/errors.ts';

/** How much of a body is taken, and how long it may take. */
export type ArrivalLimits = { readonly maxBytes: number; readonly idleMs: number; readonly totalMs: number };

/**
 * Hands a body over as it arrives and resolves at its end. Rejects with `too-large` before the byte too many is handed
 * over, `bad-input` when the body stalls, `cancelled` when the client hangs up, and with what `onChunk` throws. The
 * connection is left open, for the answer has to go out on it.
 */
export function receiveBody(
  request: IncomingMessage,
  limits: ArrivalLimits,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.maxBytes) return Promise.reject(tooLarge(limits.maxBytes));
  if (request.complete && request.readableEnded) return Promise.resolve();
  // Nothing would ever come of it, not even a word that it is closed.
  if (request.destroyed) return Promise.reject(hungUp());

  return new Promise((resolve, reject) => {
    let received = 0;
    const idle = setTimeout(() => fail(stalled(limits.idleMs)), limits.idleMs);
    const total = setTimeout(() => fail(stalled(limits.totalMs)), limits.totalMs);

    const release = () => {
      clearTimeout(idle);
      clearTimeout(total);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    };
    const fail = (error: unknown) => {
      release();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      idle.refresh();
      received += chunk.length;
      if (received > limits.maxBytes) return fail(tooLarge(limits.maxBytes));
      try {
        onChunk(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = () => {
      release();
      resolve();
    };
    const onGone = () => fail(hungUp());

    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** The bodies of requests that were received whole. */
const whole = new WeakMap<IncomingMessage, Buffer>();

/** The whole body; rejects as `receiveBody` does. One that tells its length is copied once, to where it stays. */
export async function receiveWhole(request: IncomingMessage, limits: ArrivalLimits): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  let body = Buffer.alloc(0);
  let received = 0;
  await receiveBody(request, limits, (chunk) => {
    const needed = received + chunk.length;
    if (needed > body.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(needed, declared, Math.min(2 * body.length, limits.maxBytes)),
      );
      body.copy(larger, 0, 0, received);
      body = larger;
    }
    chunk.copy(body, received);
    received = needed;
    giveBack(chunk);
  });
  whole.set(request, body);
  return body.subarray(0, received);
}

/** Frees a body that was received whole: nobody may look at it, or at a part of it, any more. */
export function forgetBody(request: IncomingMessage): void {
  const body = whole.get(request);
  if (body) giveBack(body);
}

/** Left to the collector, the chunks of a few pictures would have it walk the whole heap. A shared buffer stays. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/**
 * Reads and forgets what is still to come of a body, so that the client gets to read its answer; false when that would
 * take too many bytes or too long.
 */
export async function drainBody(request: IncomingMessage, limits: ArrivalLimits): Promise<boolean> {
  if (request.complete || request.readableEnded || request.destroyed) return true;
  try {
    await receiveBody(request, limits, () => undefined);
    return true;
  } catch {
    return false;
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too-large', 'The body is larger than allowed', { details: { maxBytes } });
}

function hungUp(): AppError {
  return new AppError('cancelled', 'The client hung up before its body was whole');
}

function stalled(ms: number): AppError {
  return new AppError('bad-input', 'The body did not arrive in time', { details: { body: 'stalled', ms } });
}
