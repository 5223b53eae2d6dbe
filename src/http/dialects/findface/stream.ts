import { Readable } from 'node:stream';
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

/** Each item as it comes, made into something else. */
export async function* mapped<T, R>(
  items: AsyncIterable<T>,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  for await (const item of items) yield await map(item);
}
