import type { IncomingMessage } from 'node:http';
import { endOfString, quote, unreadableJson } from './json-bytes.ts';
import type { BodyLimits } from './limits.ts';
import { ownTurn } from './own-turn.ts';
import { receiveWhole } from './receive-body.ts';

/** The JSON value of a body. Rejects with `bad-input` when it is none or too deep, `too-large`, `cancelled`. */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const arrival = { maxBytes: limits.maxJsonBytes, idleMs: limits.idleMs, totalMs: limits.totalMs };
  const body = await receiveWhole(request, arrival);
  await ownTurn();
  return parseJson(body, limits.maxJsonDepth);
}

/** Arrays, objects and strings of a body: what is dear to build, many times as dear as numbers are. */
const maxPieces = 16_384;

/** Parses UTF-8 JSON; nesting is measured, and what is dear is counted, before anything is built from it. */
export function parseJson(bytes: Buffer, maxDepth: number): unknown {
  checkStructure(bytes, maxDepth);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadableJson('The body is not JSON', error);
  }
}

const letters = { openArray: 0x5b, closeArray: 0x5d, openObject: 0x7b, closeObject: 0x7d } as const;

function checkStructure(bytes: Buffer, maxDepth: number): void {
  let depth = 0;
  let pieces = 0;
  for (let at = 0; at < bytes.length; at++) {
    const letter = bytes[at]!;
    if (letter === quote) {
      pieces++;
      const end = endOfString(bytes, at + 1);
      if (end === -1) return;
      at = end;
    } else if (letter === letters.openArray || letter === letters.openObject) {
      pieces++;
      if (++depth > maxDepth) throw unreadableJson(`The JSON nests deeper than ${maxDepth} levels`);
    } else if (letter === letters.closeArray || letter === letters.closeObject) depth--;
    if (pieces > maxPieces) throw unreadableJson(`The JSON has more than ${maxPieces} parts`);
  }
}
