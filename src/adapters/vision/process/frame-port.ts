import type { Socket } from 'node:net';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';

/** Opens a socket, and gives each chunk that comes over it to `take`, which keeps none of them. */
export type OpenSocket = (take: (chunk: Uint8Array) => void) => Socket;

export type FramePortOptions = {
  /** Called for each frame; an error that it throws closes the port. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once; with what came that was no frame, or what `onFrame` threw, else the other side has gone. */
  readonly onClosed: (fault?: Error) => void;
};

/** Sends and receives frames over a socket. What is sent after its end is dropped. */
export class FramePort {
  readonly #socket: Socket;
  readonly #onClosed: FramePortOptions['onClosed'];
  #closed = false;
  #saidAll = false;
  /** Pending while the socket holds as much as it should. */
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(open: OpenSocket, options: FramePortOptions) {
    this.#onClosed = options.onClosed;
    const reader = new FrameReader(options.onFrame);
    const socket = open((chunk) => {
      try {
        reader.push(chunk);
      } catch (cause) {
        this.close(cause instanceof Error ? cause : new Error('A frame could not be taken', { cause }));
      }
    });
    this.#socket = socket;
    socket.on('drain', () => this.#release());
    // Whatever the error, it is that the other side does not read or write any more.
    for (const end of ['error', 'end', 'close']) socket.on(end, () => this.close());
  }

  /** For small messages that must not wait behind pictures that wait for room. */
  post(message: object): void {
    this.#write(encodeFrame(message));
  }

  /** Hands the message to the socket as soon as it has room; false when the signal fired before. */
  send(message: object, signal?: AbortSignal): Promise<boolean> {
    return this.sendEncoded(encodeFrame(message), signal);
  }

  /** As `send`, for a frame that was encoded before. */
  async sendEncoded(chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<boolean> {
    while (this.#drained !== undefined) await this.#drained.promise;
    if (signal?.aborted === true) return false;
    this.#write(chunks);
    return true;
  }

  /** Sends nothing more; resolves when all that was sent is with the kernel. */
  async end(): Promise<void> {
    this.#saidAll = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.end(resolve);
    await promise;
  }

  close(fault?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#release();
    this.#onClosed(fault);
  }

  #write(chunks: readonly Uint8Array[]): void {
    if (this.#closed || this.#saidAll) return;
    this.#socket.cork();
    for (const chunk of chunks) this.#socket.write(chunk);
    this.#socket.uncork();
    if (this.#socket.writableNeedDrain) this.#drained ??= Promise.withResolvers<void>();
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
