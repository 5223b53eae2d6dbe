import { AppError, type ErrorCode, type ErrorDetails, toAppError } from '../../../domain/errors.ts';
import type { AnalysedPicture, FaceCrop, Template } from '../../../domain/face.ts';
import type { AnalyseRequest, EmbedWish, Priority, VisionModels } from '../../../domain/ports/vision.ts';
import type { VisionSettings } from './settings.ts';

/** Goes up with every change of a message; two sides of different versions do not talk. */
export const protocolVersion = 4;

/** What vision can be asked for. */
export type Order =
  | {
      readonly type: 'analyse';
      readonly priority: Priority;
      readonly request: Omit<AnalyseRequest, 'priority'>;
    }
  | ({ readonly type: 'embed'; readonly crop: FaceCrop } & EmbedWish);

/** An order under way, as it goes over the pipe of a worker, its lane; `id` is main's, and stands in the answer. */
export type Work = Order & { readonly id: number };

/** Over the pipe of the process. */
export type ToVision =
  | { readonly type: 'hello'; readonly protocol: number; readonly settings: VisionSettings }
  | { readonly type: 'ping' }
  /** The caller of this work, which is the first on that lane, has gone. */
  | { readonly type: 'cancel'; readonly lane: number; readonly id: number }
  /** The worker of that lane takes too long for this work. */
  | { readonly type: 'replace'; readonly lane: number; readonly id: number };

/** Exactly one of these answers each piece of work on its lane, also one that was cancelled. */
export type Answer =
  | { readonly type: 'answer'; readonly id: number; readonly value: AnalysedPicture | Template }
  | { readonly type: 'refusal'; readonly id: number; readonly error: WireError };

export type FromVision =
  | { readonly type: 'hello'; readonly protocol: number }
  /** A worker takes the work of that lane from now on. */
  | { readonly type: 'ready'; readonly lane: number; readonly models: VisionModels }
  /** The worker of that lane has crashed in this work; another comes. */
  | { readonly type: 'lost'; readonly lane: number; readonly id: number }
  /** The start failed for this, or the process is of no use any more; it ends. */
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'pong'; readonly rssBytes: number };

/** An error as it crosses a process or a thread. */
export type WireError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  /** Stack of the error's cause, for the log. */
  readonly cause?: string;
};

export function toWireError(error: unknown): WireError {
  const { code, message, details, cause } = toAppError(error);
  return cause === undefined ? { code, message, details } : { code, message, details, cause: stackOf(cause) };
}

export function fromWireError({ code, message, details, cause }: WireError): AppError {
  return new AppError(
    code,
    message,
    cause === undefined ? { details } : { details, cause: new Error(cause) },
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The message type of a header; the rest of it is trusted, for both sides are of one version. */
export function isMessage(header: unknown): header is { readonly type: string } {
  return typeof header === 'object' && header !== null && 'type' in header && typeof header.type === 'string';
}
