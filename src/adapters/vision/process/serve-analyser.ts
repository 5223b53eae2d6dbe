import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { AnalysedPicture, Template } from '../../../domain/face.ts';
import type { Analyser } from '../../../domain/ports/analyser.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { decodeMessage, FrameError } from './frames.ts';
import { type Answer, toWireError, type WireError, type Work } from './messages.ts';
import type { AnalyserSettings } from './settings.ts';
import { Turnstile } from './turnstile.ts';
import { WorkerEnd } from './worker-end.ts';

/** What a worker thread is started with. */
export type WorkerStart = {
  readonly settings: AnalyserSettings;
  /** Of the pipe that its work comes over, and its answers go. */
  readonly descriptor: number;
  readonly turnstile: SharedArrayBuffer;
};

export type ToWorker = { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly models: VisionModels }
  | { readonly type: 'failed'; readonly error: WireError };

/** The life of a worker thread: opens an analyser, then answers one piece of work after the other. */
export async function serveAnalyser(open: (settings: AnalyserSettings) => Promise<Analyser>): Promise<void> {
  if (parentPort === null) throw new Error('This module is the root of a worker thread');
  const port: MessagePort = parentPort;
  const tell = (message: FromWorker) => port.postMessage(message);
  const { settings, descriptor, turnstile: memory } = workerData as WorkerStart;

  let analyser: Analyser;
  try {
    analyser = await open(settings);
  } catch (error) {
    tell({ type: 'failed', error: toWireError(error) });
    return;
  }
  let current: { readonly id: number; readonly leaving: AbortController } | undefined;
  // Heard while the analyser waits, so always in the middle of some work; main says it when that work has begun.
  port.on('message', ({ id }: ToWorker) => {
    if (current?.id === id) current.leaving.abort();
  });
  const pipe = new WorkerEnd(descriptor);
  const turnstile = new Turnstile(memory);
  tell({ type: 'ready', models: analyser.models });
  for (;;) {
    const frame = pipe.read();
    const work = decodeMessage(frame) as Work;
    turnstile.toWork(work.id);
    const leaving = new AbortController();
    current = { id: work.id, leaving };
    const answer = await answerTo(analyser, work, leaving.signal);
    current = undefined;
    // The picture's bytes are of no more use; the collector would let those of many add up.
    frame.body.buffer.transfer(0);
    turnstile.toPipe(work.id);
    send(pipe, answer);
  }
}

async function answerTo(analyser: Analyser, work: Work, signal: AbortSignal): Promise<Answer> {
  try {
    return { type: 'answer', id: work.id, value: await perform(analyser, work, signal) };
  } catch (error) {
    return { type: 'refusal', id: work.id, error: toWireError(error) };
  }
}

async function perform(
  analyser: Analyser,
  work: Work,
  signal: AbortSignal,
): Promise<AnalysedPicture | Template> {
  if (work.type === 'embed') return await analyser.embedCrop(work.crop, work.embedding);
  return await analyser.analyse(work.request, signal);
}

function send(pipe: WorkerEnd, answer: Answer): void {
  try {
    pipe.write(answer);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    pipe.write({ type: 'refusal', id: answer.id, error: toWireError(error) } satisfies Answer);
  }
}
