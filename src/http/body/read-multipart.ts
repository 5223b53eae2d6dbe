import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { AppError } from '../../domain/errors.ts';
import type { BodyLimits } from './limits.ts';
import { ownTurn } from './own-turn.ts';
import { receiveWhole } from './receive-body.ts';

/** One part of a multipart body; only files have a file name. */
export type Part = { readonly name: string; readonly fileName?: string; readonly bytes: Buffer };

const usualMaxParts = 32;
const maxFieldBytes = 64 * 1024;
/** Parsing takes most of a millisecond a MiB. */
const bytesATurn = 1024 * 1024;

/**
 * All parts of a multipart body, whole. Rejects with `bad-input` when the body is cut short or malformed, `too-large`
 * when a part or the whole is over its limit (nothing is ever cut off silently), `cancelled`.
 */
export async function readMultipart(request: IncomingMessage, limits: BodyLimits): Promise<Part[]> {
  const arrival = { maxBytes: limits.maxMultipartBytes, idleMs: limits.idleMs, totalMs: limits.totalMs };
  const contentType = request.headers['content-type'] ?? '';
  const body = await receiveWhole(request, arrival);
  if (body.length === 0) throw malformed('The multipart body is empty');
  const parsing = startParsing(withBoundary(contentType, body), limits);
  try {
    for (let at = 0; at < body.length; at += bytesATurn) {
      if (at > 0) await ownTurn();
      parsing.write(body.subarray(at, at + bytesATurn));
    }
    return await parsing.end();
  } finally {
    parsing.stop();
  }
}

type Parsing = { write(chunk: Buffer): void; end(): Promise<Part[]>; stop(): void };

type PartLimits = Pick<BodyLimits, 'maxFileBytes' | 'maxParts'>;

function startParsing(contentType: string, limits: PartLimits): Parsing {
  const { maxFileBytes, maxParts = usualMaxParts } = limits;
  const parts: Part[] = [];
  let fault: AppError | undefined;
  const blame = (error: AppError) => {
    fault ??= error;
  };
  const parser = openParser(contentType, { maxFileBytes, maxParts });
  parser.on('file', (name, stream, { filename }) => {
    // A file's place is taken when it begins, for a field after it may be whole before it.
    const at = parts.push({ name, bytes: Buffer.alloc(0) }) - 1;
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('limit', () => blame(tooLarge(maxFileBytes)));
    stream.on('error', (error) => blame(malformed('The multipart body is cut short', error)));
    stream.on('end', () => {
      parts[at] = { name, fileName: filename ?? '', bytes: joined(chunks) };
    });
  });
  parser.on('field', (name, value, { valueTruncated, nameTruncated }) => {
    if (valueTruncated || nameTruncated) blame(tooLarge(maxFieldBytes));
    parts.push({ name, bytes: Buffer.from(value) });
  });
  parser.on('partsLimit', () => blame(malformed(`The multipart body has more than ${maxParts} parts`)));
  const closed = new Promise<void>((resolve) => {
    parser.on('close', resolve);
    parser.on('error', (error) => {
      blame(malformed('The multipart body is malformed', error));
      resolve();
    });
  });
  const check = () => {
    if (fault) throw fault;
  };

  return {
    write(chunk) {
      check();
      parser.write(chunk);
    },
    async end() {
      parser.end();
      await closed;
      check();
      return parts;
    },
    stop() {
      parser.destroy();
    },
  };
}

function openParser(contentType: string, { maxFileBytes, maxParts }: Required<PartLimits>): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      // One more than allowed, so that what is just at the limit is told from what was cut: parts count by their borders.
      limits: { parts: maxParts + 1, fileSize: maxFileBytes + 1, fieldSize: maxFieldBytes },
    });
  } catch (error) {
    throw malformed('The multipart body has no boundary', error);
  }
}

/** What came in one piece is a view of the body. */
function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}

/** Some clients set the content type by hand and forget the boundary; the body's first line has it. */
function withBoundary(contentType: string, body: Buffer): string {
  if (/;\s*boundary=/i.test(contentType)) return contentType;
  const [, boundary] = /^--([\w'()+,./:=?-]{1,70})\r\n/.exec(body.toString('latin1', 0, 80)) ?? [];
  return boundary === undefined ? contentType : `multipart/form-data; boundary="${boundary}"`;
}

function malformed(message: string, cause?: unknown): AppError {
  return new AppError('bad-input', message, { cause, details: { body: 'multipart' } });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too-large', 'A part is larger than allowed', { details: { maxBytes } });
}
