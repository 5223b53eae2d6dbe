import { loadAddon } from '../load-addon.ts';

/** How artificial templates lie; native/yardstick/core/faces.h has the formula. */
export type FaceModel = {
  readonly dimensions: number;
  readonly mean: number;
  readonly person: number;
  readonly picture: number;
  readonly fall: number;
  readonly flat: number;
  readonly lookAlikes: number;
  readonly alike: number;
};

interface NativeMemory {
  read(kernel: number): number;
  free(): void;
}

type Native = {
  readonly Memory: new (bytes: number) => NativeMemory;
  makeFaces(
    model: FaceModel,
    firstPerson: number,
    count: number,
    picture: number,
    vectors: Float32Array,
  ): void;
  trimHeap(): void;
};

const native = loadAddon<Native>('yardstick');

/** Kernels that read memory, of which the best is the floor. */
export const readKernels = 3;

/** Memory that is only there to be read: the least time that a scan of as many bytes can take. */
export class MemoryFloor {
  readonly #memory: NativeMemory;

  constructor(bytes: number) {
    if (!(bytes > 0)) throw new RangeError(`${bytes} bytes cannot be read.`);
    this.#memory = new native.Memory(Math.ceil(bytes / 512) * 512);
  }

  /** Milliseconds for all of it with one of the kernels, on this thread. */
  read(kernel: number): number {
    if (!Number.isInteger(kernel) || kernel < 0 || kernel >= readKernels)
      throw new RangeError(`No kernel ${kernel}.`);
    return this.#memory.read(kernel);
  }

  free(): void {
    this.#memory.free();
  }
}

export type Faces = { readonly firstPerson: number; readonly count: number; readonly picture: number };

/** One picture of each of some persons; the same numbers give the same vectors. */
export function makeFaces(model: FaceModel, { firstPerson, count, picture }: Faces): Float32Array {
  const vectors = new Float32Array(count * model.dimensions);
  native.makeFaces(model, firstPerson, count, picture, vectors);
  return vectors;
}

/** Gives freed memory of this process back to the system, so that its resident size tells what is in use. */
export function trimHeap(): void {
  native.trimHeap();
}
