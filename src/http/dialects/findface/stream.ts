import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestContext } from '../../dialect.ts';

/** Items are written together until there is so much text. */
const chunkLength = 16 * 1024;

/**
 * Answers `{"results": [...]}` of any length, item by item as they come. What fails before the first item is answered as
 * usual; later it cuts the answer off.
 */
export async function streamResults(ctx: RequestContext, items: AsyncIterable<unknown>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  // Koa, Node and we each wait for the end of a streamed answer, a few more than Node takes for usual.
  ctx.res.setMaxListeners(20);
  ctx.type = 'json';
  ctx.body = Readable.from(textOf(first, iterator));
}

async function* textOf(
  first: IteratorResult<unknown>,
  iterator: AsyncIterator<unknown>,
): AsyncGenerator<string> {
  let text = '{"results": [';
  let separator = '';
  try {
    for (let next = first; !next.done; next = await iterator.next()) {
      text += separator + JSON.stringify(next.value);
      separator = ', ';
      if (text.length < chunkLength) continue;
      yield text;
      text = '';
    }
    yield `${text}]}`;
  } finally {
    await iterator.return?.();
  }
}

/** After so long other requests have their turn, whoever took the time. */
const turnMs = 2;

/** Each item as it comes, made into something else. */
export async function* mapped<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  map: (item: T) => R | Promise<R>,
): AsyncGenerator<R> {
  let endMs = performance.now() + turnMs;
  for await (const item of items) {
    yield await map(item);
    if (performance.now() < endMs) continue;
    await nextTurn();
    endMs = performance.now() + turnMs;
  }
}

/** All of them, once the last has come. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
