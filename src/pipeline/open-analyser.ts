import type { ModelEntry, Role } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import { type Attribute, attributes } from '../domain/face.ts';
import type { Analyser } from '../domain/ports/analyser.ts';
import type { FaceModels, Network } from '../domain/ports/face-models.ts';
import type { ModelStore } from '../domain/ports/model-store.ts';
import type { DecodeLimits, PictureCodec } from '../domain/ports/picture-codec.ts';
import type { VisionModels } from '../domain/ports/vision.ts';
import { analysePicture } from './analyse-picture.ts';
import { attributeRoles } from './attributes.ts';
import { decodeCrop } from './crop-file.ts';
import { type LoadedNetwork, openChipNetwork } from './crop-network.ts';
import { openDetector, type TileUse } from './detect.ts';
import { type Embedder, openEmbedder } from './embed.ts';
import { startTurns } from './in-turn.ts';

export type AnalyserOptions = {
  readonly store: ModelStore;
  /** A profile of the store's catalogue. */
  readonly profile: string;
  readonly faceModels: FaceModels;
  readonly codec: PictureCodec;
  readonly limits: DecodeLimits;
  readonly tiles: TileUse;
  /** JPEG quality of the crops, 1 to 100. */
  readonly cropQuality: number;
};

/**
 * Loads a profile's detector and embedding network; those for attributes load when they are first asked for. Rejects
 * with `model-missing` when the profile or a network that it needs at once is not there.
 */
export async function openAnalyser(options: AnalyserOptions): Promise<Analyser> {
  await using opening = new AsyncDisposableStack();
  const load = async (entry: ModelEntry): Promise<Network> =>
    opening.use(await options.faceModels.load({ id: entry.id, onnx: await options.store.read(entry) }));
  const detectorEntry = profileEntry(options, 'detector');
  const detector = await openDetector(detectorEntry, await load(detectorEntry), options.tiles);
  const embeddingEntry = profileEntry(options, 'embedding');
  const embedder = openEmbedder(embeddingEntry, await load(embeddingEntry));
  const models: VisionModels = {
    detector: detectorEntry.id,
    embedding: { id: embedder.modelId, dimensions: embedder.dimensions },
    attributes: await installedAttributes(options),
  };
  const networks = opening.move();
  const parts = {
    detector,
    codec: options.codec,
    limits: options.limits,
    cropQuality: options.cropQuality,
  };
  const networkOf = openOnFirstUse(options, networks);
  const embedderOf = openEmbeddersOnFirstUse(options, networks, new Map([[embeddingEntry.id, embedder]]));
  // The networks' input memory is shared: two pictures at a time would see one another's faces.
  const inTurn = startTurns();

  return {
    models,
    analyse: (request, signal) =>
      inTurn(async () => {
        const made = await embedderOf(request.embedding ?? embeddingEntry.id);
        return await analysePicture({ ...parts, embedder: made, networkOf }, request, signal);
      }),
    embedCrop: (crop, embedding = embeddingEntry.id) =>
      inTurn(async () => {
        const made = await embedderOf(embedding);
        const [template] = await made.embed([await decodeCrop(options.codec, crop)]);
        return template!;
      }),
    [Symbol.asyncDispose]: () => networks.disposeAsync(),
  };
}

function findEntry({ store, profile }: AnalyserOptions, role: Role): ModelEntry | undefined {
  const { profiles, optional } = store.catalogue;
  const id = profiles[profile]?.[role] ?? optional?.[role];
  return store.catalogue.models.find((model) => model.id === id);
}

function profileEntry(options: AnalyserOptions, role: Role): ModelEntry {
  const entry = findEntry(options, role);
  if (!entry) throw new AppError('model-missing', `Profile ${options.profile} names no model for ${role}`);
  return entry;
}

async function installedAttributes(options: AnalyserOptions): Promise<Attribute[]> {
  const isInstalled = async (role: Role): Promise<boolean> => {
    const entry = findEntry(options, role);
    return entry !== undefined && (await options.store.state(entry)) === 'installed';
  };
  const states = await Promise.all(
    attributes.map(async (attribute) => await Promise.all(attributeRoles[attribute].map(isInstalled))),
  );
  return attributes.filter((_, index) => states[index]!.every((installed) => installed));
}

function openOnFirstUse(
  options: AnalyserOptions,
  networks: AsyncDisposableStack,
): (role: Role) => Promise<LoadedNetwork> {
  const opened = new Map<Role, LoadedNetwork>();
  return async (role) => {
    const known = opened.get(role);
    if (known) return known;
    const entry = profileEntry(options, role);
    const network = await options.faceModels.load({ id: entry.id, onnx: await options.store.read(entry) });
    const mirror = role === 'eye' ? 'mirror' : 'plain';
    const fresh = { entry, network: openChipNetwork(entry, networks.use(network), mirror) };
    opened.set(role, fresh);
    return fresh;
  };
}

/** Of networks of the catalogue by their ids; `opened` are there from the beginning. */
function openEmbeddersOnFirstUse(
  { store, faceModels }: AnalyserOptions,
  networks: AsyncDisposableStack,
  opened: Map<string, Embedder>,
): (id: string) => Promise<Embedder> {
  return async (id) => {
    const known = opened.get(id);
    if (known) return known;
    const entry = store.catalogue.models.find((model) => model.id === id);
    if (!entry) throw new AppError('model-missing', `The catalogue has no network ${id}`);
    const network = networks.use(await faceModels.load({ id, onnx: await store.read(entry) }));
    const fresh = openEmbedder(entry, network);
    opened.set(id, fresh);
    return fresh;
  };
}
