import { expect, it } from 'vitest';
import { withOwn } from '../../../src/primitives/with-own.ts';

class Counter {
  #count = 0;
  readonly name: string = 'counter';
  add(): number {
    return ++this.#count;
  }
  twice(): number {
    this.add();
    return this.add();
  }
}

it('has its own methods, and all others from the object, which keeps its private fields', () => {
  const counter = new Counter();
  const other = withOwn(counter, { twice: () => -1 });
  expect(other.add()).toBe(1);
  expect(other.twice()).toBe(-1);
  expect(counter.twice()).toBe(3);
  expect(other.name).toBe('counter');
  expect(other.add).toBe(other.add);
});
