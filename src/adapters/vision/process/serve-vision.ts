import { Socket } from 'node:net';
import { FramePort } from './frame-port.ts';
import type { Frame } from './frames.ts';
import { type FromVision, isMessage, protocolVersion, type ToVision, type WireError } from './messages.ts';
import { processPipe, type VisionSettings } from './settings.ts';
import { WorkerSeats } from './worker-seats.ts';

/**
 * The life of the vision process: starts worker threads, watches them, and answers pings. Pictures and answers go over
 * the workers' own pipes and never through this thread, so that nothing foreign can stop its heartbeat. `end` is called
 * when main has gone or the process is of no use any more, and ends it at once.
 */
export function serveVision({
  workerModule,
  log,
  end,
}: {
  workerModule: URL;
  log: (line: string) => void;
  end: (reason: string) => void;
}): void {
  let seats: WorkerSeats | undefined;
  const pipe = new Socket({ fd: processPipe });
  const port = new FramePort((take) => pipe.on('data', take), {
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
        seats?.cancel(message.lane, message.id);
        break;
      case 'replace':
        void seats?.replace(message.lane, message.id);
        break;
      default:
        throw new Error('A message of unknown type');
    }
  }

  function greet({ protocol, settings }: Extract<ToVision, { type: 'hello' }>): void {
    tell({ type: 'hello', protocol: protocolVersion });
    if (protocol === protocolVersion) seats = openSeats(settings);
  }

  function openSeats({ workers, analyser, workerModule: other }: VisionSettings): WorkerSeats {
    return new WorkerSeats({
      workers,
      module: other === undefined ? workerModule : new URL(other),
      settings: analyser,
      onReady: (lane, models) => tell({ type: 'ready', lane, models }),
      onLost: (lane, id) => tell({ type: 'lost', lane, id }),
      onBroken: fail,
      log,
    });
  }

  function fail(error: WireError): void {
    tell({ type: 'failed', error });
    void port.end().then(() => end(error.message));
  }
}
