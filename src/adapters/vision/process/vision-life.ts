import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../../domain/ports/log.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { forwardLines } from './forward-lines.ts';
import { FramePort } from './frame-port.ts';
import type { Frame } from './frames.ts';
import { downFor, Lane } from './lane.ts';
import {
  type FromVision,
  fromWireError,
  isMessage,
  type Order,
  protocolVersion,
  type ToVision,
} from './messages.ts';
import {
  firstLanePipe,
  heapArguments,
  memoryEnvironment,
  processPipe,
  type VisionSettings,
} from './settings.ts';

export type LifeOptions = {
  readonly program: URL;
  readonly settings: VisionSettings;
  readonly environment: Readonly<Record<string, string>>;
  /** Added to main's own. */
  readonly niceness: number;
  /** From the start until the first worker is ready. */
  readonly startDeadlineMs: number;
  /** A picture that takes longer is given up, and its worker replaced. */
  readonly pictureDeadlineMs: number;
  readonly log: Log;
  /** All workers are ready for the first time. */
  readonly onReady: (models: VisionModels) => void;
  /** From then on: with so many workers there is work for now. */
  readonly onWorkers: (workers: number) => void;
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
  readonly #lanes: readonly Lane[];
  readonly #startDeadline: NodeJS.Timeout;
  #heartbeat: NodeJS.Timeout | undefined;
  #unansweredPings = 0;
  #wasReady = false;
  #rssBytes = 0;
  /** Why it is ending or has ended, where that is known. */
  #reason: Error | undefined;
  #isBuried = false;

  /** Throws when the process cannot be started. */
  constructor(options: LifeOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#child = startProcess(options);
    const [, , , pipe, ...lanes] = this.#child.stdio as unknown as Socket[];
    this.#port = new FramePort((take) => pipe!.on('data', take), {
      onFrame: (frame) => this.#hear(frame),
      onClosed: (fault) => this.kill(fault),
    });
    this.#lanes = lanes.map((socket, index) => this.#openLane(socket, index));
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

  /** Has the order carried out by a worker, of which one must be free. */
  async ask(order: Order, signal: AbortSignal): Promise<unknown> {
    const free = this.#lanes.find(({ isFree }) => isFree);
    if (this.#isBuried || free === undefined) throw downFor('Vision ended before it answered', this.#reason);
    return await free.ask(order, signal);
  }

  /** Ends the process at once, whatever it does, also when it was stopped. The first reason counts, or how it died. */
  kill(reason?: Error): void {
    this.#reason ??= reason;
    // There is nothing in it to be tidied up, so nothing is gained by asking first.
    this.#child.kill('SIGKILL');
  }

  #hear(frame: Frame): void {
    if (!isMessage(frame.header)) throw new Error('Vision sent a message without type');
    const message = frame.header as FromVision;
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
        this.#setUp(this.#laneOf(message.lane), true);
        if (!this.#wasReady && this.#workers === this.#lanes.length) this.#becomeReady(message.models);
        break;
      case 'lost':
        this.#loseWorker(this.#laneOf(message.lane), message.id, 'The worker crashed');
        break;
      case 'failed':
        this.kill(fromWireError(message.error));
        break;
      default:
        throw new Error('Vision sent a message of unknown type');
    }
  }

  #openLane(socket: Socket, index: number): Lane {
    const lane: Lane = new Lane({
      socket,
      deadlineMs: this.#options.pictureDeadlineMs,
      onLeft: (id) => this.#tell({ type: 'cancel', lane: index, id }),
      onLate: (id) => {
        this.#tell({ type: 'replace', lane: index, id });
        this.#loseWorker(lane, id, 'The picture took too long');
      },
      onClosed: (fault) => this.kill(fault),
    });
    return lane;
  }

  #laneOf(index: number): Lane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new Error('Vision speaks of a worker that it has not');
    return lane;
  }

  get #workers(): number {
    return this.#lanes.filter(({ isUp }) => isUp).length;
  }

  /** The lane first: whoever hears of the refusal must not be given it. */
  #loseWorker(lane: Lane, id: number, why: string): void {
    this.#setUp(lane, false);
    lane.lose(id, downFor(why));
  }

  #setUp(lane: Lane, isUp: boolean): void {
    lane.isUp = isUp;
    if (this.#wasReady) this.#options.onWorkers(this.#workers);
  }

  #becomeReady(models: VisionModels): void {
    this.#wasReady = true;
    clearTimeout(this.#startDeadline);
    this.#options.onReady(models);
    this.#options.onWorkers(this.#workers);
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
    for (const lane of this.#lanes) lane.close(downFor('Vision ended before it answered', reason));
    this.#end.resolve(reason);
  }
}

function startProcess({ program, settings, environment, niceness, log }: LifeOptions): ChildProcess {
  // Vision reads foreign bytes, so it gets nothing of main's environment: no secret stands there.
  const [command, ...args] = dyingWithMain([process.execPath, ...heapArguments, fileURLToPath(program)]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...pipes(settings.workers)],
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

/** Up to the last worker's. */
function pipes(workers: number): 'pipe'[] {
  return Array.from({ length: firstLanePipe + workers - processPipe }, () => 'pipe');
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
