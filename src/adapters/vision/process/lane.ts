import type { Socket } from 'node:net';
import { AppError } from '../../../domain/errors.ts';
import { FramePort } from './frame-port.ts';
import { decodeMessage, type Frame } from './frames.ts';
import { type Answer, fromWireError, isMessage, type Order, type Work } from './messages.ts';

export type LaneOptions = {
  readonly socket: Socket;
  /** How long a worker may take for a piece of work. */
  readonly deadlineMs: number;
  /** Called when nobody waits any more for the work that its worker is at. */
  readonly onLeft: (id: number) => void;
  /** Called when a piece of work takes longer than it may. */
  readonly onLate: (id: number) => void;
  /** Called once, when the pipe has ended, with what came that was no answer. */
  readonly onClosed: (fault?: Error) => void;
};

type Piece = { readonly id: number; readonly answer: PromiseWithResolvers<unknown> };

/** What the ids of work stay below: they stand in shared memory as 32 bits with a sign. */
const idsEnd = 2 ** 31;
let lastId = 0;

/** Main's end of a worker's pipe: one piece of work at a time. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #port: FramePort;
  #isUp = false;
  #piece: Piece | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#port = new FramePort((take) => options.socket.on('data', take), {
      onFrame: (frame) => this.#hear(frame),
      onClosed: (fault) => options.onClosed(fault),
    });
  }

  /** Whether there is a worker, at work or not; without one, nothing may be asked. */
  get isUp(): boolean {
    return this.#isUp;
  }

  set isUp(isUp: boolean) {
    this.#isUp = isUp;
  }

  get isFree(): boolean {
    return this.#isUp && this.#piece === undefined;
  }

  /** Has the worker, which must be free, carry out the order; gives what the answer holds. */
  async ask(order: Order, signal: AbortSignal): Promise<unknown> {
    const { onLeft, onLate, deadlineMs } = this.#options;
    const id = nextId();
    const piece: Piece = { id, answer: Promise.withResolvers() };
    const leave = () => onLeft(id);
    const deadline = setTimeout(() => onLate(id), deadlineMs);
    this.#piece = piece;
    signal.addEventListener('abort', leave, { once: true });
    // Into an empty pipe: there is nothing that it could have to wait for.
    void this.#port.send({ ...order, id } satisfies Work);
    try {
      return await piece.answer.promise;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', leave);
    }
  }

  /** The piece of work is refused, if it has not been answered. */
  lose(id: number, error: AppError): void {
    if (this.#piece?.id === id) this.#settle()?.reject(error);
  }

  /** There will be no worker any more. */
  close(error: AppError): void {
    this.#isUp = false;
    this.#port.close();
    this.#settle()?.reject(error);
  }

  #hear(frame: Frame): void {
    if (!isMessage(frame.header)) throw new Error('A worker sent a message without type');
    const message = decodeMessage(frame) as Answer;
    // It was refused meanwhile.
    if (this.#piece?.id !== message.id) return;
    if (message.type === 'answer') this.#settle()?.resolve(message.value);
    else this.#settle()?.reject(fromWireError(message.error));
  }

  #settle(): PromiseWithResolvers<unknown> | undefined {
    const piece = this.#piece;
    this.#piece = undefined;
    return piece?.answer;
  }
}

function nextId(): number {
  lastId = (lastId + 1) % idsEnd || 1;
  return lastId;
}

/** The answer to what a worker lost. */
export function downFor(message: string, cause?: Error): AppError {
  return new AppError('vision-down', message, { details: { retryAfterSeconds: 1 }, cause });
}
