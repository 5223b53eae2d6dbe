import { Socket } from 'node:net';
import { FramePort } from './frame-port.ts';
import type { Frame } from './frames.ts';
import { type FromVision, isMessage, protocolVersion, type ToVision, type WireError } from './messages.ts';
import { placesFor, type VisionSettings } from './settings.ts';
import { WorkerPool } from './worker-pool.ts';

/**
 * The life of the vision process behind the pipe of that descriptor: hands work to worker threads and their answers
 * back, and answers pings. It looks into no picture and no answer itself, so that nothing foreign can stop its
 * heartbeat. `end` is called when main has gone or the process is of no use any more, and ends it at once.
 */
export function serveVision(
  descriptor: number,
  {
    workerModule,
    log,
    end,
  }: { workerModule: URL; log: (line: string) => void; end: (reason: string) => void },
): void {
  let pool: WorkerPool | undefined;
  const port = new FramePort((take) => openPipe(descriptor, take), {
    onFrame: hear,
    onClosed: (fault) => end(fault?.message ?? 'Main has gone'),
  });
  const tell = (message: FromVision) => port.post(message);

  function hear(frame: Frame): void {
    if (!isMessage(frame.header)) throw new Error('A message without type');
    const message = frame.header as ToVision;
    switch (message.type) {
      case 'hello':
        greet(message);
        break;
      case 'ping':
        tell({ type: 'pong', rssBytes: process.memoryUsage.rss() });
        break;
      case 'cancel':
        pool?.cancel(message.id);
        break;
      case 'analyse':
      case 'embed':
        pool?.submit({ id: message.id, priority: message.priority, frame });
        break;
      default:
        throw new Error('A message of unknown type');
    }
  }

  function greet({ protocol, settings }: Extract<ToVision, { type: 'hello' }>): void {
    tell({ type: 'hello', protocol: protocolVersion });
    if (protocol !== protocolVersion) return;
    pool = openPool(settings);
  }

  function openPool(settings: VisionSettings): WorkerPool {
    const { workers, pictureDeadlineMs, analyser } = settings;
    return new WorkerPool({
      workers,
      module: settings.workerModule === undefined ? workerModule : new URL(settings.workerModule),
      settings: analyser,
      deadlineMs: pictureDeadlineMs,
      room: placesFor(workers),
      onReady: (models) => tell({ type: 'ready', models }),
      onAnswer: async (frame) => void (await port.sendEncoded([frame])),
      onRefusal: (id, error) => tell({ type: 'refusal', id, error }),
      onBroken: fail,
      log,
    });
  }

  function fail(error: WireError): void {
    tell({ type: 'failed', error });
    void port.end().then(() => end(error.message));
  }
}

/** All chunks come in one buffer, for pictures come in many: without it, each is garbage of 64 KiB. */
function openPipe(descriptor: number, take: (chunk: Uint8Array) => void): Socket {
  const buffer = Buffer.allocUnsafeSlow(2 ** 16);
  const callback = (bytes: number) => {
    take(buffer.subarray(0, bytes));
    return true;
  };
  return new Socket({ fd: descriptor, onread: { buffer, callback } });
}
