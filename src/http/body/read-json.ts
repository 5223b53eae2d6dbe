import type { IncomingMessage } from 'node:http';
import { endOfString, quote, unreadableJson } from './json-bytes.ts';
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
  if (nestsDeeperThan(bytes, maxDepth)) throw unreadableJson(`The JSON nests deeper than ${maxDepth} levels`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadableJson('The body is not JSON', error);
  }
}

const openers = new Set(['[', '{'].map((letter) => letter.charCodeAt(0)));
const closers = new Set([']', '}'].map((letter) => letter.charCodeAt(0)));

function nestsDeeperThan(bytes: Buffer, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const letter = bytes[at]!;
    if (letter === quote) {
      const end = endOfString(bytes, at + 1);
      if (end === -1) return false;
      at = end;
    } else if (openers.has(letter) && ++depth > maxDepth) return true;
    else if (closers.has(letter)) depth--;
  }
  return false;
}
