import { writeFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { AuditAnswer, HealthAnswer, JobAnswer, ModelAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { ServiceClient } from '../service-client.ts';

type Options = { readonly out: string };

/** `ostiary support-bundle`: what a supporter asks for first, without anything biometric, any person’s name or any secret. */
export function addSupportBundle(program: Command, run: Run): void {
  program
    .command('support-bundle')
    .description(
      'write settings, health, networks, jobs and the audit record into one file, without any face or name',
    )
    .option('--out <file>', 'where to write it', 'ostiary-support.json')
    .action((options: Options) => run((context) => write(context, options)));
}

async function write({ output, settings, withService }: CommandContext, { out }: Options): Promise<ExitCode> {
  const file = resolve(out);
  const service = await withService(ask);
  const [cpu] = cpus();
  const bundle = {
    writtenAt: new Date().toISOString(),
    machine: {
      ...{ node: process.version, arch: arch(), kernel: release() },
      ...{ cores: cpus().length, cpu: cpu?.model ?? 'unknown', memoryBytes: totalmem() },
    },
    settings: settings(),
    ...service,
  };
  await writeFile(file, `${JSON.stringify(bundle, undefined, 2)}\n`, { mode: 0o600 });
  output.result({ file }, `${file} can be sent: it holds no picture, vector, key or name of a person.`);
  return exitCodes.good;
}

/** Jobs without what came of them, and entries of the record without whom they were about. */
async function ask(client: ServiceClient) {
  const get = <Answer>(path: string) => client.call<Answer>({ method: 'GET', path });
  const { jobs } = await get<{ jobs: readonly JobAnswer[] }>('/jobs');
  const { entries } = await get<AuditAnswer>('/audit?limit=200');
  return {
    health: await get<HealthAnswer>('/health'),
    models: (await get<{ models: readonly ModelAnswer[] }>('/models')).models,
    jobs: jobs.map(({ report: _, ...job }) => job),
    audit: entries.map(({ at, action, outcome }) => ({ at, action, outcome })),
  };
}
