import type { Socket } from 'node:net';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';

/** Opens a socket, and gives each chunk that comes over it to `take`, which keeps none of them. */
export type OpenSocket = (take: (chunk: Uint8Array) => void) => Socket;

export type FramePortOptions = {
  /** Called for each frame; an error that it throws closes the port. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once: the other side has gone, or what came was no frame. */
  readonly onClosed: (reason: Error) => void;
};

/** Sends and receives frames over a socket. What is sent after the port is closed is dropped. */
export class FramePort {
  readonly #socket: Socket;
  readonly #onClosed: FramePortOptions['onClosed'];
  #closed = false;
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
    socket.on('error', (error) => this.close(error));
    socket.on('end', () => this.close(new Error('The pipe was closed')));
    socket.on('close', () => this.close(new Error('The pipe was closed')));
  }

  /** For small messages that must not wait behind pictures that wait for room. */
  post(message: object): void {
    this.#write(encodeFrame(message));
  }

  /** Resolves when the message was handed to the socket, which happens only while the socket has room. */
  async send(message: object, signal?: AbortSignal): Promise<void> {
    await this.sendEncoded(encodeFrame(message), signal);
  }

  /** As `send`, for a frame that was encoded before. Drops it when the signal fires before its turn. */
  async sendEncoded(chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    while (this.#drained !== undefined) await this.#drained.promise;
    if (signal?.aborted !== true) this.#write(chunks);
  }

  /** Says no more; resolves when all that was said is with the kernel. */
  async end(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.end(resolve);
    await promise;
  }

  close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#release();
    this.#onClosed(reason);
  }

  #write(chunks: readonly Uint8Array[]): void {
    if (this.#closed) return;
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
