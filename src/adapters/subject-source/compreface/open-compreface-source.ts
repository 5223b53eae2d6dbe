import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { SubjectSource } from '../../../domain/ports/subject-source.ts';
import { readNames } from './read-names.ts';

/** Sends one GET and resolves with the head of the answer. Follows nothing, so that no other host gets the headers. */
export type Ask = (question: {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}) => Promise<IncomingMessage>;

export type CompreFaceSourceOptions = {
  /** Where it is, without `/api/v1`. */
  readonly url: string;
  /** Of its recognition service. */
  readonly key: string;
  readonly ask: Ask;
  readonly maxPictureBytes: number;
};

/** From the question to the last byte. */
const longestMs = 60_000;
const maxBytes = { names: 64 * 1024 * 1024, page: 4 * 1024 * 1024, refusal: 64 * 1024 };
/** What its server says of a key: none, of another form, unknown or of another service. */
const keyCodes: ReadonlySet<unknown> = new Set([20, 26, 10]);

const pageSchema = z.object({
  faces: z.array(z.object({ image_id: z.guid().toLowerCase(), subject: z.string() })),
  total_elements: z.int().min(0),
});

/** A recognition service of a CompreFace, of version 0.6 or later. `bad-input` when the address is none of the web. */
export function openCompreFaceSource(options: CompreFaceSourceOptions): SubjectSource {
  const base = baseOf(options.url);
  const get = async <R>(path: string, caller: AbortSignal, read: (answer: IncomingMessage) => Promise<R>) => {
    const signal = AbortSignal.any([caller, AbortSignal.timeout(longestMs)]);
    try {
      const url = new URL(`${base}/api/v1/recognition/${path}`);
      const answer = await options.ask({ url, signal, headers: { 'x-api-key': options.key, Accept: '*/*' } });
      try {
        return await read(answer);
      } finally {
        answer.destroy();
      }
    } catch (cause) {
      if (caller.aborted) throw new AppError('cancelled', 'The caller has gone', { cause });
      if (cause instanceof AppError) throw cause;
      throw new AppError('url-failed', `No answer came from this address (${reasonOf(cause)})`, { cause });
    }
  };
  return {
    subjects: (signal) =>
      get('subjects', signal, async (answer) => {
        await requireGood(answer);
        return formed(readNames(bounded(answer, maxBytes.names)));
      }),
    examples: ({ number, size }, signal) =>
      get(`faces?page=${number}&size=${size}`, signal, async (answer) => {
        await requireGood(answer);
        const { faces, total_elements: total } = await formed(readPage(answer));
        return { total, examples: faces.map(({ image_id, subject }) => ({ imageId: image_id, subject })) };
      }),
    picture: (imageId, signal) =>
      get(`faces/${imageId}/img`, signal, async (answer) => {
        if (!(await isGood(answer))) return undefined;
        const picture = await receive(answer, options.maxPictureBytes);
        // Where none was saved it answers with nothing.
        return picture.length === 0 ? undefined : picture;
      }),
  };
}

async function readPage(answer: IncomingMessage): Promise<z.output<typeof pageSchema>> {
  return pageSchema.parse(JSON.parse((await receive(answer, maxBytes.page)).toString()));
}

/** Without a slash at its end, and without what every path begins with. */
function baseOf(given: string): string {
  const url = URL.parse(given);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new AppError(
      'bad-input',
      'Expected the http or https address of a CompreFace, such as http://host:8000',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`;
}

async function requireGood(answer: IncomingMessage): Promise<void> {
  if (await isGood(answer)) return;
  throw new AppError('bad-input', `There is no CompreFace at this address: it answered ${answer.statusCode}`);
}

/** False for what it does not have. Rejects when it refuses the key, sends elsewhere or is not well. */
async function isGood(answer: IncomingMessage): Promise<boolean> {
  const { statusCode: status = 0 } = answer;
  if (status === 200) return true;
  if (status >= 300 && status < 400) {
    throw new AppError(
      'bad-input',
      'The address leads elsewhere, where the key is not sent: give the one that it leads to',
    );
  }
  if (status >= 500 || status === 408 || status === 429) throw new Error(String(status));
  const refusesKey = status === 401 || status === 403 || keyCodes.has(await codeOf(answer));
  if (!refusesKey) return false;
  throw new AppError(
    'bad-input',
    `The other CompreFace refuses the key (it answered ${status}): give the key of its recognition service`,
  );
}

async function codeOf(answer: IncomingMessage): Promise<unknown> {
  try {
    return (JSON.parse((await receive(answer, maxBytes.refusal)).toString()) as { code?: unknown }).code;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || isTooLarge(error)) return undefined;
    throw error;
  }
}

/** `bad-input` when what came cannot be read. */
async function formed<R>(reading: Promise<R>): Promise<R> {
  try {
    return await reading;
  } catch (error) {
    const isForm = error instanceof SyntaxError || error instanceof TypeError || error instanceof z.ZodError;
    if (!isForm && !isTooLarge(error)) throw error;
    throw new AppError('bad-input', 'There is no CompreFace at this address: its answer is of another form', {
      cause: error,
    });
  }
}

async function receive(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bounded(answer, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The body; `too-large` before the byte too many. */
async function* bounded(answer: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new AppError('too-large', 'The picture is larger than allowed', { details: { maxBytes: limit } });
  if (Number(answer.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let received = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > limit) throw tooLarge();
    yield chunk;
  }
  if (!answer.complete) throw new Error('It was cut short');
}

function isTooLarge(error: unknown): boolean {
  return error instanceof AppError && error.code === 'too-large';
}

/** A code such as ECONNREFUSED, a status, or what else is known. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
