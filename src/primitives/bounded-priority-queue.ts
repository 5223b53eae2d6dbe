/** A queue of fixed capacity over all its priorities: lowest number first, first in first out within one. */
export class BoundedPriorityQueue<T> {
  readonly #capacity: number;
  /** A Set keeps the order of insertion and removes from the middle in constant time. */
  readonly #lanes: readonly Set<T>[];
  #size = 0;

  constructor(options: { capacity: number; priorities: number }) {
    this.#capacity = options.capacity;
    this.#lanes = Array.from({ length: options.priorities }, () => new Set<T>());
  }

  get size(): number {
    return this.#size;
  }

  /** False, and nothing is kept, when the queue is full. An item that is waiting already is not to be added again. */
  push(item: T, priority: number): boolean {
    const lane = this.#lanes[priority];
    if (lane === undefined) throw new RangeError(`Priority ${priority} is not below ${this.#lanes.length}`);
    if (this.#size >= this.#capacity) return false;
    lane.add(item);
    this.#size += 1;
    return true;
  }

  /** Removes and gives the item whose turn it is. */
  take(): T | undefined {
    for (const lane of this.#lanes) {
      for (const item of lane) {
        lane.delete(item);
        this.#size -= 1;
        return item;
      }
    }
    return undefined;
  }

  /** Removes an item from wherever it waits; false when it does not. */
  remove(item: T): boolean {
    const found = this.#lanes.some((lane) => lane.delete(item));
    if (found) this.#size -= 1;
    return found;
  }
}
