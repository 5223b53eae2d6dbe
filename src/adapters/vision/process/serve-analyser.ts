import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { AnalysedPicture, Template } from '../../../domain/face.ts';
import type { Analyser } from '../../../domain/ports/analyser.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { decodeMessage, encodeFrame, type Frame } from './frames.ts';
import { type Answer, toWireError, type WireError, type Work } from './messages.ts';
import type { AnalyserSettings } from './settings.ts';

export type ToWorker =
  | { readonly type: 'work'; readonly frame: Frame; readonly waitedMs: number }
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly models: VisionModels }
  | { readonly type: 'failed'; readonly error: WireError }
  /** The frame that answers the work that was given, as it goes over the pipe. */
  | { readonly type: 'answered'; readonly frame: Uint8Array<ArrayBuffer> };

/** The life of a worker thread: opens an analyser, then answers one piece of work after the other. */
export async function serveAnalyser(open: (settings: AnalyserSettings) => Promise<Analyser>): Promise<void> {
  if (parentPort === null) throw new Error('This module is the root of a worker thread');
  const port: MessagePort = parentPort;
  const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  let analyser: Analyser;
  try {
    analyser = await open(workerData as AnalyserSettings);
  } catch (error) {
    tell({ type: 'failed', error: toWireError(error) });
    return;
  }
  let current: { readonly id: number; readonly leaving: AbortController } | undefined;
  const work = async ({ frame, waitedMs }: Extract<ToWorker, { type: 'work' }>) => {
    const message = decodeMessage(frame) as Work;
    const leaving = new AbortController();
    current = { id: message.id, leaving };
    const encoded = encodeAnswer(await answer(analyser, message, { signal: leaving.signal, waitedMs }));
    current = undefined;
    // The picture's bytes are of no more use; the collector would let those of many add up.
    frame.body.buffer.transfer(0);
    tell({ type: 'answered', frame: encoded }, [encoded.buffer]);
  };
  port.on('message', (message: ToWorker) => {
    if (message.type === 'work') void work(message);
    else if (current?.id === message.id) current.leaving.abort();
  });
  tell({ type: 'ready', models: analyser.models });
}

async function answer(
  analyser: Analyser,
  work: Work,
  { signal, waitedMs }: { signal: AbortSignal; waitedMs: number },
): Promise<Answer> {
  try {
    return { type: 'answer', id: work.id, value: await perform() };
  } catch (error) {
    return { type: 'refusal', id: work.id, error: toWireError(error) };
  }

  async function perform(): Promise<AnalysedPicture | Template> {
    if (work.type === 'embed') return await analyser.embedCrop(work.crop);
    const picture = await analyser.analyse(work.request, signal);
    return { ...picture, stageMs: { ...picture.stageMs, queue: waitedMs } };
  }
}

/**
 * The answer in one buffer of its own, so that it can be transferred: what networks and sharp hand out may be memory
 * that Node refuses to transfer, or a corner of a buffer that others use too.
 */
function encodeAnswer(answer: Answer): Uint8Array<ArrayBuffer> {
  let chunks: Uint8Array[];
  try {
    chunks = encodeFrame(answer);
  } catch (error) {
    chunks = encodeFrame({ type: 'refusal', id: answer.id, error: toWireError(error) });
  }
  const frame = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    frame.set(chunk, at);
    at += chunk.byteLength;
  }
  return frame;
}
