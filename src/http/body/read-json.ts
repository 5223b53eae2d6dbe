import type { IncomingMessage } from 'node:http';
import { AppError } from '../../domain/errors.ts';
import type { BodyLimits } from './limits.ts';
import { receiveBody } from './receive-body.ts';

/** The JSON value of a body. Rejects with `bad-input` when it is none or too deep, `too-large`, `cancelled`. */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const chunks: Buffer[] = [];
  const arrival = { maxBytes: limits.maxJsonBytes, idleMs: limits.idleMs, totalMs: limits.totalMs };
  await receiveBody(request, arrival, (chunk) => chunks.push(chunk));
  return parseJson(Buffer.concat(chunks), limits.maxJsonDepth);
}

/** Parses UTF-8 JSON; nesting is measured before anything is built from it. */
export function parseJson(bytes: Buffer, maxDepth: number): unknown {
  if (nestsDeeperThan(bytes, maxDepth)) throw unreadable(`The JSON nests deeper than ${maxDepth} levels`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable('The body is not JSON', error);
  }
}

const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);
const openers = new Set(['[', '{'].map((letter) => letter.charCodeAt(0)));
const closers = new Set([']', '}'].map((letter) => letter.charCodeAt(0)));

/** Strings are jumped over whole, so that megabytes of base64 cost next to nothing. */
function nestsDeeperThan(bytes: Buffer, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const letter = bytes[at]!;
    if (letter === quote) at = endOfString(bytes, at);
    else if (openers.has(letter) && ++depth > maxDepth) return true;
    else if (closers.has(letter)) depth--;
  }
  return false;
}

function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return bytes.length;
}

function unreadable(message: string, cause?: unknown): AppError {
  return new AppError('bad-input', message, { cause, details: { body: 'json' } });
}
