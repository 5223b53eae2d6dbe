import { atLeast, figure } from '../framework/benchmark.ts';
import { comprefaceClient } from '../service/compreface-client.ts';
import { multipartOf } from '../service/multipart.ts';
import { startService } from '../service/start-service.ts';
import type { Findings } from './findings.ts';
import { formatFiles } from './format-files.ts';

type Recognised = { result: { subjects: { subject: string; similarity: number }[] }[] };

/** CompreFace's border between the same person and another. */
const sameFrom = 0.5;

/** Over CompreFace's API: whether one face is itself in all formats, and broken files get the vendor's own error. */
export async function judgeFiles(facesFolder: string | undefined, findings: Findings): Promise<void> {
  const { whole, broken } = await formatFiles(facesFolder);
  await using service = await startService();
  using client = comprefaceClient(service.address);
  for (const { name, bytes } of whole) {
    const { status, body } = await client.enrol(name, multipartOf(name, bytes));
    if (status !== 201) throw new Error(`${name} was answered ${status}: ${body.toString()}`);
  }
  const similarities: number[] = [];
  for (const { name, bytes } of whole) {
    const { body } = await client.recognise(multipartOf(name, bytes), `?prediction_count=${whole.length}`);
    const { result } = JSON.parse(body.toString()) as Recognised;
    similarities.push(...(result[0]?.subjects ?? []).map(({ similarity }) => similarity));
  }
  let refused = 0;
  for (const { name, bytes } of broken) {
    const { status, body } = await client.recognise(multipartOf(name, bytes));
    if (status === 400 && isNoFace(body)) refused++;
  }
  const pairs = whole.length ** 2;
  const matching = similarities.filter((similarity) => similarity >= sameFrom).length;
  findings.figures.push(figure('formats of one face, lowest similarity', Math.min(...similarities), ''));
  findings.targets.push(
    atLeast(`${whole.length} formats of one face, matching pairs of ${pairs}`, matching, pairs),
    atLeast(`broken files answered with CompreFace’s error of ${broken.length}`, refused, broken.length),
  );
}

function isNoFace(body: Buffer): boolean {
  const { code, message } = JSON.parse(body.toString()) as { code?: number; message?: string };
  return code === 28 && message === 'No face is found in the given image';
}
