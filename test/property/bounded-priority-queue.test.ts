import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedPriorityQueue } from '../../src/primitives/bounded-priority-queue.ts';

type Item = { readonly name: number };

/** The same promise kept the slow way: one array, searched and sorted at each step. */
class SlowQueue {
  readonly #capacity: number;
  #items: { item: Item; priority: number }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size() {
    return this.#items.length;
  }

  push(item: Item, priority: number) {
    if (this.#items.length >= this.#capacity) return false;
    this.#items = [...this.#items, { item, priority }].sort((one, other) => one.priority - other.priority);
    return true;
  }

  take() {
    return this.#items.shift()?.item;
  }

  remove(item: Item) {
    const before = this.#items.length;
    this.#items = this.#items.filter((waiting) => waiting.item !== item);
    return this.#items.length < before;
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('push' as const), priority: fc.nat(2) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('remove' as const), which: fc.nat(30) }),
);

describe('BoundedPriorityQueue', () => {
  it('does what a sorted array of limited length does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const queue = new BoundedPriorityQueue<Item>({ capacity, priorities: 3 });
        const slow = new SlowQueue(capacity);
        const items: Item[] = [];
        for (const next of steps) {
          if (next.do === 'push') {
            const item = { name: items.length };
            items.push(item);
            expect(queue.push(item, next.priority)).toBe(slow.push(item, next.priority));
          } else if (next.do === 'take') {
            expect(queue.take()).toBe(slow.take());
          } else {
            const item = items[next.which] ?? { name: -1 };
            expect(queue.remove(item)).toBe(slow.remove(item));
          }
          expect(queue.size).toBe(slow.size);
        }
      }),
    );
  });

  it('refuses a priority that it does not have', () => {
    const queue = new BoundedPriorityQueue<Item>({ capacity: 1, priorities: 3 });
    expect(() => queue.push({ name: 0 }, 3)).toThrow(RangeError);
  });
});
