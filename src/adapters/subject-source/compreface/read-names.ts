const head = /^\s*\{\s*"subjects"\s*:\s*\[\s*/;
/** A JSON string with what follows it, or the end of an empty list. */
const item = /\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"\s*([,\]])|\])/sy;
/** Characters; a name that is longer is none. */
const longestItem = 64 * 1024;

/**
 * The names of `{"subjects": ["…"]}`, read as they come: a list of a hundred thousand would hold the loop if it were parsed
 * at once. Rejects when it is of another form.
 */
export async function readNames(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const names: string[] = [];
  let pending = '';
  let state: 'before' | 'within' | 'after' = 'before';
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true });
    if (state === 'before') {
      const start = head.exec(pending);
      if (start) state = 'within';
      pending = pending.slice(start?.[0].length ?? 0);
    }
    if (state === 'within') {
      const taken = takeNames(pending, names);
      pending = pending.slice(taken.length);
      if (taken.isLast) state = 'after';
    }
    if (state !== 'after' && pending.length > longestItem) break;
  }
  if (state === 'after') return names;
  throw new SyntaxError('Expected a list of subjects');
}

/** Adds the whole names at the head of the text; tells their length there, and whether the list is over. */
function takeNames(text: string, names: string[]): { length: number; isLast: boolean } {
  item.lastIndex = 0;
  let length = 0;
  for (let found = item.exec(text); found; found = item.exec(text)) {
    const [, name, next] = found;
    length = item.lastIndex;
    if (name !== undefined) names.push(JSON.parse(`"${name}"`) as string);
    if (next !== ',') return { length, isLast: true };
  }
  return { length, isLast: false };
}
