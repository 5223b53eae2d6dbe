import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readPhotograph } from '../pictures/photographs.ts';
import { type Answer, comprefaceClient } from '../service/compreface-client.ts';
import { type Multipart, multipartOf } from '../service/multipart.ts';
import type { Answered, AnswerKind, ClientsReport, ClientsTask } from './client-messages.ts';

const [task] = (await once(process, 'message')) as [ClientsTask];
const photos = task.photoPaths.map((path) => {
  const { name, bytes } = readPhotograph(path);
  return multipartOf(name, bytes);
});
const answers: Answered[] = [];
let going = true;
let lastOkStartedAtMs = 0;

function report(message: ClientsReport): void {
  process.send?.(message);
}

function kindOf({ status, body, retryAfter }: Answer, expectedSha1: string): AnswerKind {
  if (status === 503 && retryAfter !== undefined) return 'busy';
  if (status !== 200) return 'wrong status';
  return createHash('sha1').update(body).digest('hex') === expectedSha1 ? 'ok' : 'different';
}

async function ask(
  client: ReturnType<typeof comprefaceClient>,
  photo: Multipart,
  expected: string,
): Promise<AnswerKind> {
  try {
    return kindOf(await client.recognise(photo), expected);
  } catch {
    return 'broken connection';
  }
}

async function upload(first: number): Promise<void> {
  using client = comprefaceClient(task.service);
  for (let turn = first; going; turn++) {
    const place = turn % photos.length;
    const startedAtMs = Date.now();
    const kind = await ask(client, photos[place]!, task.expectedSha1[place]!);
    answers.push({ startedAtMs, endedAtMs: Date.now(), kind });
    if (kind === 'ok') lastOkStartedAtMs = Math.max(lastOkStartedAtMs, startedAtMs);
  }
}

process.once('message', () => {
  going = false;
});
const progress = setInterval(
  () => report({ kind: 'progress', answers: answers.length, lastOkStartedAtMs }),
  250,
);
await Promise.all(Array.from({ length: task.clients }, (_, index) => upload(index)));
clearInterval(progress);
// The channel goes when all of it is through.
process.send?.({ kind: 'end', answers } satisfies ClientsReport, undefined, undefined, () =>
  process.disconnect(),
);
