import { resolve } from 'node:path';
import { openBatchFile } from '../../adapters/picture-batch/file/open-batch-file.ts';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { BatchReport } from '../../services/enrol-batch.ts';
import type { CommandContext } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';

export type BatchAsk = { readonly from: string; readonly collection: string };

/** `ostiary enrol --from`: adds pictures of many people that lie in one file. */
export async function enrolBatch(
  { output, signal, withService }: CommandContext,
  { from, collection }: BatchAsk,
): Promise<ExitCode> {
  const file = resolve(from);
  const path = `/collections/${encodeURIComponent(collection)}/enrolments`;
  const job = await withService(async (client) => {
    const begun = await client.call<JobAnswer>({ method: 'POST', path, body: { json: { file } } });
    return followJob(client, begun.id, { output, signal });
  });
  if (job.state !== 'done') {
    output.result(job, `Not all is enrolled: ${job.error?.message ?? `the job was ${job.state}`}`);
    return exitCodeOfJob(job);
  }
  const report = await naming(file, job.report as BatchReport);
  output.result({ ...job, report }, textOf(report, collection));
  return report.refused > 0 ? exitCodes.negative : exitCodes.good;
}

type NamedReport = Omit<BatchReport, 'refusals'> & {
  readonly refusals: readonly (BatchReport['refusals'][number] & { readonly file?: string })[];
};

/** The report with the pictures' paths, which the service does not keep. */
async function naming(file: string, report: BatchReport): Promise<NamedReport> {
  if (report.refusals.length === 0) return report;
  const places = new Map<string, string>();
  try {
    await using batch = await openBatchFile(file, { maxPictureBytes: 0 });
    for await (const { place, path } of batch.pictures(0)) places.set(JSON.stringify(place), path);
  } catch {
    // Then they are told by their numbers alone.
  }
  const refusals = report.refusals.map((refusal) => {
    const { code: _, message: __, ...place } = refusal;
    const named = places.get(JSON.stringify(place));
    return { ...refusal, ...(named !== undefined && { file: named }) };
  });
  return { ...report, refusals };
}

function textOf(report: NamedReport, collection: string): string {
  const { added, present, refused, ignored, refusals } = report;
  const told = [`${added} enrolled in ${collection}`, `${present} there before`, `${refused} refused`];
  const summary = `${[...told, ...(ignored > 0 ? [`${ignored} other files ignored`] : [])].join(', ')}.`;
  if (refused === 0) return summary;
  const lines = refusals.map(
    ({ line, entry, file, code, message }) =>
      `  ${line === undefined ? `entry ${entry}` : `line ${line}`}${file ? `, ${file}` : ''}: ${message} (${code})`,
  );
  const more = refused > refusals.length ? [`  and ${refused - refusals.length} more`] : [];
  return [summary, 'Not enrolled:', ...lines, ...more].join('\n');
}
