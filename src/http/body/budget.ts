import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../domain/errors.ts';
import type { BodyLimits } from './limits.ts';

/** Sets room aside for a request's body until its answer is out. `overloaded` when there is none. */
export type BodyBudget = (request: IncomingMessage, response: ServerResponse) => void;

const MiB = 1024 * 1024;

/**
 * So many bytes of bodies may be in memory at once, however many clients send them. `largestBytes` is what a body without
 * a length may come to; longer ones are refused by their own limit.
 */
export function createBodyBudget(maxBytes: number = 256 * MiB, largestBytes: number = 16 * MiB): BodyBudget {
  let takenBytes = 0;
  return (request, response) => {
    const bytes = bytesToCome(request, largestBytes);
    if (bytes === 0) return;
    if (takenBytes + bytes > maxBytes) {
      throw new AppError('overloaded', 'Too many uploads are on their way', { details: { maxBytes } });
    }
    // Nothing would give the room back for a response that is closed already.
    if (response.closed) throw new AppError('cancelled', 'The client hung up');
    takenBytes += bytes;
    response.once('close', () => {
      takenBytes -= bytes;
    });
  };
}

/** Room for 256 MiB, and for two of the largest bodies where an operator allows larger ones than that. */
export function bodyBudgetFor({ maxMultipartBytes, maxJsonBytes }: BodyLimits): BodyBudget {
  const largestBytes = Math.max(maxMultipartBytes, maxJsonBytes);
  return createBodyBudget(Math.max(256 * MiB, 2 * largestBytes), largestBytes);
}

function bytesToCome({ headers }: IncomingMessage, largestBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return largestBytes;
  return Math.min(Number(headers['content-length'] ?? 0), largestBytes);
}
