import { openModelStore } from '../adapters/model-store/folders/open-model-store.ts';
import { catalogueFile, modelFolders } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { ModelStore } from '../domain/ports/model-store.ts';
import type { TemplateModels } from '../domain/ports/template-models.ts';
import { servingEntry } from '../services/serving-vision.ts';

/** The networks, all of the profile's installed: a missing one would only show as a vision process that never becomes ready. */
export async function openModels(settings: Settings): Promise<ModelStore> {
  const models = await openModelStore({ catalogueFile, folders: modelFolders(settings) });
  const { profile } = settings.vision;
  const roles = models.catalogue.profiles[profile];
  if (!roles) {
    const known = Object.keys(models.catalogue.profiles).join(', ');
    throw new AppError('bad-input', `There is no profile ${profile} in the catalogue, only ${known}`);
  }
  const needed = new Set(Object.values(roles));
  for (const entry of models.catalogue.models.filter(({ id }) => needed.has(id))) {
    await requireInstalled(models, entry);
  }
  return models;
}

/** Rejects with `model-missing` when the network that the gallery's templates are of is not on this box. */
export async function checkServing(models: ModelStore, templates: TemplateModels): Promise<void> {
  const entry = servingEntry({ models, templates });
  if (entry) await requireInstalled(models, entry);
}

async function requireInstalled(models: ModelStore, entry: ModelEntry): Promise<void> {
  const state = await models.state(entry);
  if (state === 'installed') return;
  const way =
    entry.source.kind === 'fetched' ? `ostiary models fetch ${entry.id}` : 'npm start (it converts them)';
  throw new AppError('model-missing', `The network ${entry.id} is ${state}; this brings it: ${way}`);
}
