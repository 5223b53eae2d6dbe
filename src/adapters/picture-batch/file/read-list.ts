import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '../../../domain/errors.ts';
import { mostEntries, mostListBytes } from './limits.ts';

/** A line of a list. What it does not tell is empty. */
export type ListedPicture = {
  /** Counted from 1, the header being the first; of a record over several lines its last. */
  readonly line: number;
  readonly person: string;
  /** Of a picture, as it is written. */
  readonly file: string;
  readonly name: string;
};

type Record = { readonly record: readonly string[]; readonly info: { readonly lines: number } };
type Columns = { readonly person: number; readonly file: number; readonly name: number };

const longestLine = 64 * 1024;
const pieceLength = 1_024;

/**
 * Reads a list of pictures: CSV by RFC 4180 in UTF-8, with commas or semicolons, whose first line names the columns
 * `person`, `file` and, if there is one, `name`. Others are passed over. `bad-input` tells what is wrong with the
 * list, `too-large` that it is too long.
 */
export async function readList(bytes: AsyncIterable<Uint8Array>): Promise<ListedPicture[]> {
  const { head, rest } = await takeHead(textOf(bytes));
  const delimiter = /^[^\r\n]*;/.test(head) ? ';' : ',';
  const parser = parse({
    ...{ delimiter, info: true, trim: true, relax_column_count: true, skip_empty_lines: true },
    max_record_size: longestLine,
  });
  const pictures: ListedPicture[] = [];
  try {
    await pipeline(joined(head, rest), parser, async (records: AsyncIterable<Record>) => {
      let columns: Columns | undefined;
      for await (const { record, info } of records) {
        if (columns) pictures.push(toPicture(record, info.lines, columns));
        columns ??= toColumns(record);
        if (pictures.length > mostEntries)
          throw new AppError('too-large', `The list names more than ${mostEntries} pictures`);
      }
    });
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new AppError('bad-input', `The list is no CSV: ${cause.message}`, { cause });
    throw cause;
  }
  if (head === '') toColumns([]);
  return pictures;
}

async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // A byte order mark is left out by it.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let length = 0;
  try {
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > mostListBytes)
        throw new AppError('too-large', `The list is longer than ${mostListBytes} bytes`);
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new AppError('bad-input', 'The list is not in UTF-8: save it as CSV UTF-8', { cause });
  }
}

type Head = { readonly head: string; readonly rest: AsyncGenerator<string> };

/** `head` holds the first line. */
async function takeHead(rest: AsyncGenerator<string>): Promise<Head> {
  let head = '';
  while (!/[\r\n]/.test(head)) {
    const { done, value } = await rest.next();
    if (done) break;
    head += value;
  }
  return { head, rest };
}

async function* joined(head: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  yield* pieces(head);
  for await (const text of rest) yield* pieces(text);
}

/** So short that what is parsed at once does not hold up whatever else there is to do. */
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += pieceLength) {
    yield bytes.subarray(start, start + pieceLength);
    await nextTurn();
  }
}

function toColumns(header: readonly string[]): Columns {
  const names = header.map((name) => name.toLowerCase());
  const at = (name: string) => {
    const place = names.indexOf(name);
    if (names.lastIndexOf(name) === place) return place;
    throw new AppError('bad-input', `The first line of the list names the column ${name} twice`);
  };
  const columns = { person: at('person'), file: at('file'), name: at('name') };
  const missing = (['person', 'file'] as const).filter((name) => columns[name] < 0);
  if (missing.length === 0) return columns;
  throw new AppError(
    'bad-input',
    `Expected a first line that names the columns person and file, and name if there is one; it does not name ${missing.join(' and ')}`,
  );
}

function toPicture(record: readonly string[], line: number, columns: Columns): ListedPicture {
  const field = (at: number) => record[at] ?? '';
  return { line, person: field(columns.person), file: field(columns.file), name: field(columns.name) };
}
