import { warpToTensor } from '../../native/pixels/binding.ts';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { Network } from '../domain/ports/face-models.ts';
import { type CroppedFace, chipToCrop } from './align.ts';

/** Pictures of crowds run in several batches: the memory that a worker holds does not grow with the crowd. */
const maxRows = 16;

/** By output name one row a face; with `mirror` the row of the face, then that of its mirror image. */
export type OutputRows = ReadonlyMap<string, readonly Float32Array[]>;

/** A network that is fed with faces cut from crops. */
export interface CropNetwork extends AsyncDisposable {
  run(faces: readonly CroppedFace[]): Promise<OutputRows>;
}

/** Feeds `network` as its catalogue entry says; its input memory is kept from run to run. */
export function openCropNetwork(
  entry: ModelEntry,
  network: Network,
  mirror: 'mirror' | 'plain',
): CropNetwork {
  const { width, height, colour, mean, scale } = entry.input;
  const rowLength = 3 * width * height;
  const rowsPerFace = mirror === 'mirror' ? 2 : 1;
  let memory = new Float32Array(rowLength * rowsPerFace);

  const fill = (faces: readonly CroppedFace[]): Float32Array => {
    const needed = faces.length * rowsPerFace * rowLength;
    if (memory.length < needed) memory = new Float32Array(needed);
    for (const [index, { pixels, landmarks }] of faces.entries()) {
      const offset = index * rowsPerFace * rowLength;
      const mirrored = mirror === 'mirror' ? { mirrorOffset: offset + rowLength } : {};
      warpToTensor(
        { source: pixels, toSource: chipToCrop(entry, landmarks), outside: 'nearest-edge' },
        { data: memory, offset, ...mirrored, width, height, colour, mean, scale },
      );
    }
    return memory.subarray(0, needed);
  };

  const runBatch = rowRunner(network, [3, height, width]);

  return {
    async run(faces) {
      const rows = new Map<string, Float32Array[]>(network.outputNames.map((name) => [name, []]));
      const facesPerBatch = maxRows / rowsPerFace;
      for (let from = 0; from < faces.length; from += facesPerBatch) {
        const batch = faces.slice(from, from + facesPerBatch);
        await runBatch(fill(batch), batch.length * rowsPerFace, (name, outputs) => {
          rows.get(name)?.push(...outputs);
        });
      }
      return rows;
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

type RowTaker = (output: string, rows: readonly Float32Array[]) => void;

/** Runs all rows at once, or one by one from the time on that the network has refused more than one. */
function rowRunner(network: Network, rowDims: readonly number[]) {
  let takesOneOnly = false;
  const runRows = async (data: Float32Array, count: number, take: RowTaker): Promise<void> => {
    const outputs = await network.run({ data, dims: [count, ...rowDims] });
    for (const [name, output] of outputs) take(name, splitRows(output.data, count));
  };
  return async (data: Float32Array, count: number, take: RowTaker): Promise<void> => {
    if (!takesOneOnly) {
      try {
        return await runRows(data, count, take);
      } catch (error) {
        if (count === 1 || !(error instanceof AppError && error.code === 'bad-input')) throw error;
        takesOneOnly = true;
      }
    }
    const length = data.length / count;
    for (let at = 0; at < data.length; at += length) await runRows(data.subarray(at, at + length), 1, take);
  };
}

function splitRows(data: Float32Array, count: number): Float32Array[] {
  const length = data.length / count;
  return Array.from({ length: count }, (_, row) => data.slice(row * length, (row + 1) * length));
}

/** The rows of one output; `model-missing` when the network has none of that name. */
export function rowsOf(rows: OutputRows, name: string, entry: ModelEntry): readonly Float32Array[] {
  const named = rows.get(name);
  if (!named) throw new AppError('model-missing', `Model ${entry.id} has no output named ${name}`);
  return named;
}
