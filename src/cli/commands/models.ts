import type { Command } from 'commander';
import { fetchModel } from '../../adapters/model-store/folders/fetch-model.ts';
import { openModelStore } from '../../adapters/model-store/folders/open-model-store.ts';
import { catalogueFile, fetchedModelsFolder, modelFolders } from '../../config/places.ts';
import type { Settings } from '../../config/schema.ts';
import type { ModelEntry } from '../../domain/catalogue.ts';
import type { JobAnswer, LeftAnswer } from '../../http/dialects/ostiary/wire.ts';
import { type ListedModel, listModels } from '../../services/models.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { progressBar, table } from '../output.ts';
import { addCalibrate } from './calibrate.ts';

type LeftOptions = { readonly limit?: string; readonly after?: string };

/** `ostiary models`: the networks on this box. What does not change the gallery reads files only, so that it also works where no service can start. */
export function addModels(program: Command, run: Run): void {
  const models = program.command('models').description('look at the networks, and fetch more of them');
  models
    .command('list')
    .description('list all networks that the catalogue knows')
    .action(() => run(list));
  models
    .command('verify')
    .description(
      'check the networks of the configured profile against their SHA-256 (exit code 5: some fail)',
    )
    .action(() => run(verify));
  models
    .command('fetch')
    .description('bring networks from their public homes, or from a mirror')
    .argument('[id...]', 'networks; all of the configured profile when absent')
    .option('--from <mirror>', 'a folder or https address that holds the files by their names')
    .action((ids: string[], { from }: { from?: string }) => run((context) => fetchAll(context, ids, from)));
  models
    .command('switch')
    .description('give all stored faces templates of another embedding network, made from their crops')
    .argument('<id>', 'the network')
    .action((id: string) => run((context) => switchTo(context, id)));
  models
    .command('left')
    .description('list the faces that nobody finds since the network was changed, for they have no crop')
    .option('--limit <number>', 'at most so many (100)')
    .option('--after <number>', 'only those after this number')
    .action((options: LeftOptions) => run((context) => listLeft(context, options)));
  addCalibrate(models, run);
}

async function switchTo(context: CommandContext, model: string): Promise<ExitCode> {
  const { output, withService } = context;
  const job = await withService(async (client) => {
    const body = { json: { model } };
    const { id } = await client.call<JobAnswer>({ method: 'POST', path: '/models/switch', body });
    return followJob(client, id, context);
  });
  output.result(job, switchText(job));
  return exitCodeOfJob(job);
}

function switchText({ state, report, error }: JobAnswer): string {
  if (state !== 'done') return `The model was not changed: ${error?.message ?? `the job was ${state}`}`;
  const { network, embedded, left } = report as { network: string; embedded: number; left: number };
  const rest = left > 0 ? `; ${left} have none and are not found (ostiary models left)` : '';
  return `Faces are found by ${network} now: ${embedded} templates were made${rest}.`;
}

async function listLeft({ output, withService }: CommandContext, query: LeftOptions): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<LeftAnswer>({ method: 'GET', path: '/models/left', query }),
  );
  const rows = answer.references.map(({ number, referenceId, personId, collectionId }) => [
    ...[String(number), referenceId, personId, collectionId],
  ]);
  const headings = ['number', 'reference', 'person', 'collection'];
  output.result(answer, rows.length === 0 ? 'Nothing is left.' : table([headings, ...rows]));
  if (answer.next !== undefined) output.note(`There are more: --after ${answer.next}`);
  return exitCodes.good;
}

async function readModels(settings: Settings): Promise<ListedModel[]> {
  return await listModels(await openModelStore({ catalogueFile, folders: modelFolders(settings) }));
}

async function list({ output, settings }: CommandContext): Promise<ExitCode> {
  const models = await readModels(settings());
  const rows = models.map(({ entry, state, profiles }) => [
    entry.id,
    entry.role,
    state,
    profiles.join(', ') || '–',
    entry.licence,
    entry.title,
  ]);
  const value = models.map(({ entry, state, profiles }) => ({ ...entry, state, profiles }));
  output.result({ models: value }, table([['id', 'role', 'state', 'profiles', 'licence', 'title'], ...rows]));
  return exitCodes.good;
}

async function verify({ output, settings }: CommandContext): Promise<ExitCode> {
  const { profile } = settings().vision;
  const models = (await readModels(settings())).filter(({ profiles }) => profiles.includes(profile));
  if (models.length === 0) throw unknownProfile(profile);
  const value = models.map(({ entry, state }) => ({ id: entry.id, sha256: entry.sha256, state }));
  output.result({ profile, models: value }, table(value.map(({ id, state }) => [id, state])));
  return models.every(({ state }) => state === 'installed') ? exitCodes.good : exitCodes.model;
}

function unknownProfile(profile: string): CliError {
  return new CliError(exitCodes.usage, 'profile-unknown', `The catalogue has no profile ${profile}`);
}

async function fetchAll(context: CommandContext, ids: string[], from: string | undefined): Promise<ExitCode> {
  const { output, signal, settings } = context;
  const mirror = from ?? settings().models.mirror;
  const fetched: { id: string; result: string }[] = [];
  for (const entry of await toFetch(settings(), ids)) {
    const result = await fetchModel(entry, {
      folder: fetchedModelsFolder(settings()),
      signal,
      ...(mirror !== undefined && { mirror }),
      onProgress: ({ receivedBytes, totalBytes }) =>
        output.progress(`${progressBar(toMegabytes(receivedBytes), toMegabytes(totalBytes))} MB ${entry.id}`),
    });
    fetched.push({ id: entry.id, result });
  }
  const rows = fetched.map(({ id, result }) => [id, result]);
  output.result({ models: fetched }, rows.length === 0 ? 'Nothing is missing.' : table(rows));
  return exitCodes.good;
}

async function toFetch(settings: Settings, ids: readonly string[]): Promise<ModelEntry[]> {
  const models = await readModels(settings);
  if (ids.length > 0) return ids.map((id) => find(models, id).entry);
  const { profile } = settings.vision;
  if (!models.some(({ profiles }) => profiles.includes(profile))) throw unknownProfile(profile);
  return models
    .filter(({ state, profiles }) => profiles.includes(profile) && state !== 'installed')
    .map(({ entry }) => entry);
}

function find(models: readonly ListedModel[], id: string): ListedModel {
  const model = models.find(({ entry }) => entry.id === id);
  if (!model) throw new CliError(exitCodes.usage, 'model-unknown', `The catalogue has no network ${id}`);
  return model;
}

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
