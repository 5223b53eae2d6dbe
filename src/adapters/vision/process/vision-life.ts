import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../domain/errors.ts';
import type { Log } from '../../../domain/ports/log.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { forwardLines } from './forward-lines.ts';
import { FramePort } from './frame-port.ts';
import { decodeMessage, type Frame } from './frames.ts';
import {
  type FromVision,
  fromWireError,
  isMessage,
  type Order,
  protocolVersion,
  type ToVision,
  type Work,
} from './messages.ts';
import { heapArguments, memoryEnvironment, type VisionSettings } from './settings.ts';

export type LifeOptions = {
  readonly program: URL;
  readonly settings: VisionSettings;
  readonly environment: Readonly<Record<string, string>>;
  /** Added to main's own. */
  readonly niceness: number;
  /** From the start until the first worker is ready. */
  readonly startDeadlineMs: number;
  readonly log: Log;
  readonly onReady: (models: VisionModels) => void;
};

const pingEveryMs = 200;
/** Counted in pings, not by the clock: if main itself was stopped, the answers lie in the pipe and are read first. */
const missablePings = 5;

/**
 * One life of the vision process, from its start to its end. It ends by itself, when it answers no ping for a second,
 * when it speaks nonsense, or by `kill`; `ended` says why, and all work that was not answered rejects `vision-down`.
 */
export class VisionLife {
  readonly ended: Promise<Error>;
  readonly #options: LifeOptions;
  readonly #child: ChildProcess;
  readonly #port: FramePort;
  readonly #end = Promise.withResolvers<Error>();
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #startDeadline: NodeJS.Timeout;
  #heartbeat: NodeJS.Timeout | undefined;
  #unansweredPings = 0;
  #lastId = 0;
  #rssBytes = 0;
  /** Why it is ending or has ended, where that is known. */
  #reason: Error | undefined;
  #isBuried = false;

  /** Throws when the process cannot be started. */
  constructor(options: LifeOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#child = startProcess(options);
    const pipe = this.#child.stdio[3] as Socket;
    this.#port = new FramePort((take) => pipe.on('data', take), {
      onFrame: (frame) => this.#hear(frame),
      onClosed: (fault) => this.kill(fault),
    });
    this.#child.on('error', (error) => options.log.error({ error }, 'Vision could not be signalled'));
    this.#child.once('exit', (code, signal) =>
      this.#bury(new Error(`Vision ended with ${signal ?? `code ${code}`}`)),
    );
    const late = () => this.kill(new Error(`Vision was not ready after ${options.startDeadlineMs} ms`));
    this.#startDeadline = setTimeout(late, options.startDeadlineMs);
    this.#tell({ type: 'hello', protocol: protocolVersion, settings: options.settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get rssBytes(): number {
    return this.#rssBytes;
  }

  /** Has the order carried out in the process, and gives what the answer holds. */
  async ask(order: Order, signal: AbortSignal): Promise<unknown> {
    const id = ++this.#lastId;
    const sent = await this.#port.send({ ...order, id } satisfies Work, signal);
    if (!sent) throw new AppError('cancelled', 'The caller has gone');
    if (this.#isBuried) throw downFor(this.#reason);
    const answer = Promise.withResolvers<unknown>();
    const leave = () => this.#tell({ type: 'cancel', id });
    this.#pending.set(id, answer);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return await answer.promise.finally(() => signal.removeEventListener('abort', leave));
  }

  /** Ends the process at once, whatever it does, also when it was stopped. The first reason counts, or how it died. */
  kill(reason?: Error): void {
    this.#reason ??= reason;
    // There is nothing in it to be tidied up, so nothing is gained by asking first.
    this.#child.kill('SIGKILL');
  }

  #hear(frame: Frame): void {
    if (!isMessage(frame.header)) throw new Error('Vision sent a message without type');
    const message = decodeMessage(frame) as FromVision;
    switch (message.type) {
      case 'hello':
        if (message.protocol !== protocolVersion)
          throw new Error(`Vision speaks protocol ${message.protocol}`);
        this.#heartbeat = setInterval(() => this.#ping(), pingEveryMs);
        break;
      case 'pong':
        this.#unansweredPings = 0;
        this.#rssBytes = message.rssBytes;
        break;
      case 'ready':
        clearTimeout(this.#startDeadline);
        this.#options.onReady(message.models);
        break;
      case 'failed':
        this.kill(fromWireError(message.error));
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(message.value);
        break;
      case 'refusal':
        this.#settle(message.id)?.reject(fromWireError(message.error));
        break;
      default:
        throw new Error('Vision sent a message of unknown type');
    }
  }

  #settle(id: number): PromiseWithResolvers<unknown> | undefined {
    const answer = this.#pending.get(id);
    this.#pending.delete(id);
    return answer;
  }

  #ping(): void {
    if (this.#unansweredPings >= missablePings) {
      this.kill(new Error('Vision did not answer for a second'));
      return;
    }
    this.#unansweredPings += 1;
    this.#tell({ type: 'ping' });
  }

  #tell(message: ToVision): void {
    this.#port.post(message);
  }

  #bury(death: Error): void {
    const reason = this.#reason ?? death;
    this.#reason = reason;
    this.#isBuried = true;
    clearTimeout(this.#startDeadline);
    clearInterval(this.#heartbeat);
    this.#rssBytes = 0;
    this.#port.close();
    for (const answer of this.#pending.values()) answer.reject(downFor(reason));
    this.#pending.clear();
    this.#end.resolve(reason);
  }
}

function downFor(cause: Error | undefined): AppError {
  return new AppError('vision-down', 'Vision ended before it answered', { cause });
}

function startProcess({ program, environment, niceness, log }: LifeOptions): ChildProcess {
  // Vision reads foreign bytes, so it gets nothing of main's environment: no secret stands there.
  const [command, ...args] = dyingWithMain([process.execPath, ...heapArguments, fileURLToPath(program)]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...memoryEnvironment, ...environment },
  });
  if (child.pid === undefined) {
    // Without file descriptors or memory there is no process, and no pipe; why, comes in an event.
    child.once('error', (error) => log.error({ error }, 'Vision cannot be started'));
    throw new Error('Vision cannot be started');
  }
  try {
    // Now it has one thread, from which all later ones inherit; vision itself could change only its own thread.
    setPriority(child.pid, Math.min(19, getPriority() + niceness));
  } catch (cause) {
    // Nobody would ever know of it.
    child.kill('SIGKILL');
    throw new Error('Vision cannot be given its priority', { cause });
  }
  const lines = log.child({ visionPid: child.pid });
  if (child.stdout !== null) forwardLines(child.stdout, (line) => lines.info({ stream: 'stdout' }, line));
  if (child.stderr !== null) forwardLines(child.stderr, (line) => lines.warn({ stream: 'stderr' }, line));
  return child;
}

const setpriv = '/usr/bin/setpriv';

type Command = readonly [command: string, ...args: string[]];

/**
 * The command, run so that the kernel kills it when main dies. Vision ends by itself when its pipe closes, but while it
 * is stopped it notices nothing. Where util-linux's setpriv is missing, only that is lost.
 */
function dyingWithMain(command: Command): Command {
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...command] : command;
}
