import type { Command } from 'commander';
import { fetchModel } from '../../adapters/model-store/folders/fetch-model.ts';
import { openModelStore } from '../../adapters/model-store/folders/open-model-store.ts';
import { catalogueFile, fetchedModelsFolder, modelFolders } from '../../config/places.ts';
import type { Settings } from '../../config/schema.ts';
import type { ModelEntry } from '../../domain/catalogue.ts';
import { type ListedModel, listModels } from '../../services/models.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { progressBar, table } from '../output.ts';

/** `ostiary models`: the networks on this box. It reads files only, so that it also works where no service can start. */
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
