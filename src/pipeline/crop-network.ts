import { warpToTensor } from '../../native/pixels/binding.ts';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { Similarity } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';
import type { Network } from '../domain/ports/face-models.ts';
import { type CroppedFace, chipToCrop } from './align.ts';

/** Pictures of crowds run in several batches: the memory that a worker holds does not grow with the crowd. */
const maxRows = 16;

/** By output name one row a chip; with `mirror` the row of the chip, then that of its mirror image. */
export type OutputRows = ReadonlyMap<string, readonly Float32Array[]>;

/** What a network sees: a part of a picture, by the way from the input's pixels to the picture's. */
export type Chip = { readonly source: Picture; readonly toSource: Similarity };

/** A network that is fed with parts of pictures. */
export interface ChipNetwork extends AsyncDisposable {
  run(chips: readonly Chip[]): Promise<OutputRows>;
}

/** A network that was loaded, with the entry that tells how it is read. */
export type LoadedNetwork = { readonly entry: ModelEntry; readonly network: ChipNetwork };

/** What a network said, with its entry. */
export type NetworkAnswer = { readonly entry: ModelEntry; readonly rows: OutputRows };

/** A network that is fed with faces cut from crops. */
export interface CropNetwork extends AsyncDisposable {
  run(faces: readonly CroppedFace[]): Promise<OutputRows>;
}

/** As `openChipNetwork`, the chips cut from the faces' crops as the catalogue entry says. */
export function openCropNetwork(
  entry: ModelEntry,
  network: Network,
  mirror: 'mirror' | 'plain',
): CropNetwork {
  const chips = openChipNetwork(entry, network, mirror);
  return {
    run: (faces) => chips.run(faces.map((face) => chipOf(entry, face))),
    [Symbol.asyncDispose]: () => chips[Symbol.asyncDispose](),
  };
}

/** A face as the network of that entry sees it. */
export function chipOf(entry: ModelEntry, { pixels, landmarks }: CroppedFace): Chip {
  return { source: pixels, toSource: chipToCrop(entry, landmarks) };
}

/** Feeds `network` as its catalogue entry says; its input memory is kept from run to run. */
export function openChipNetwork(
  entry: ModelEntry,
  network: Network,
  mirror: 'mirror' | 'plain',
): ChipNetwork {
  const { width, height, colour, mean, scale } = entry.input;
  const rowLength = 3 * width * height;
  const rowsPerChip = mirror === 'mirror' ? 2 : 1;
  let memory = new Float32Array(rowLength * rowsPerChip);

  const fill = (chips: readonly Chip[]): Float32Array => {
    const needed = chips.length * rowsPerChip * rowLength;
    if (memory.length < needed) memory = new Float32Array(needed);
    for (const [index, chip] of chips.entries()) {
      const offset = index * rowsPerChip * rowLength;
      const mirrored = mirror === 'mirror' ? { mirrorOffset: offset + rowLength } : {};
      warpToTensor(
        { ...chip, outside: 'nearest-edge' },
        { data: memory, offset, ...mirrored, width, height, colour, mean, scale },
      );
    }
    return memory.subarray(0, needed);
  };

  const runBatch = rowRunner(network, [3, height, width]);

  return {
    async run(chips) {
      const rows = new Map<string, Float32Array[]>(network.outputNames.map((name) => [name, []]));
      const chipsPerBatch = maxRows / rowsPerChip;
      for (let from = 0; from < chips.length; from += chipsPerBatch) {
        const batch = chips.slice(from, from + chipsPerBatch);
        await runBatch(fill(batch), batch.length * rowsPerChip, (name, outputs) => {
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

/** The row of one output that belongs to the chip of this number; `model-missing` when the network has none of that name. */
export function rowOf({ entry, rows }: NetworkAnswer, output: string, chip: number): Float32Array {
  return rowsOf(rows, output, entry)[chip]!;
}

/** The rows of one output; `model-missing` when the network has none of that name. */
export function rowsOf(rows: OutputRows, name: string, entry: ModelEntry): readonly Float32Array[] {
  const named = rows.get(name);
  if (!named) throw new AppError('model-missing', `Model ${entry.id} has no output named ${name}`);
  return named;
}
