import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { Template } from '../domain/face.ts';
import type { Network } from '../domain/ports/face-models.ts';
import type { CroppedFace } from './align.ts';
import { openCropNetwork, rowsOf } from './crop-network.ts';

/** Makes templates: one a face, in the order of the faces, the same whatever else is in the batch. */
export interface Embedder extends AsyncDisposable {
  readonly modelId: string;
  readonly dimensions: number;
  /** The catalogue's, where it has them. */
  readonly leastShares: NonNullable<ModelEntry['embedding']>['leastShares'];
  embed(faces: readonly CroppedFace[]): Promise<Template[]>;
}

/** Reads the network as its catalogue entry says. */
export function openEmbedder(entry: ModelEntry, network: Network): Embedder {
  const { embedding } = entry;
  if (!embedding) throw new AppError('model-missing', `Model ${entry.id} makes no templates`);
  const { modelId, dimensions, output, mirror, leastShares } = embedding;
  const crops = openCropNetwork(entry, network, mirror ? 'mirror' : 'plain');
  return {
    modelId,
    dimensions,
    leastShares,
    async embed(faces) {
      const rows = rowsOf(await crops.run(faces), output, entry);
      return faces.map((_, face) => {
        const own = mirror ? rows.slice(2 * face, 2 * face + 2) : rows.slice(face, face + 1);
        return { modelId, vector: unitSum(own, dimensions, entry) };
      });
    },
    [Symbol.asyncDispose]: () => crops[Symbol.asyncDispose](),
  };
}

/** The sum of the rows, scaled to length 1. */
function unitSum(rows: readonly Float32Array[], dimensions: number, entry: ModelEntry): Float32Array {
  const sum = new Float64Array(dimensions);
  for (const row of rows) {
    if (row.length !== dimensions) {
      throw new AppError(
        'model-missing',
        `Model ${entry.id} answers ${row.length} values instead of ${dimensions}`,
      );
    }
    for (let i = 0; i < dimensions; i++) sum[i]! += row[i]!;
  }
  const length = Math.hypot(...sum);
  if (!(length > 0)) throw new AppError('internal', `Model ${entry.id} made a template without a direction`);
  return Float32Array.from(sum, (value) => value / length);
}
