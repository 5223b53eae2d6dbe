import type { Uuid } from './gallery.ts';
import { laterMerge } from './merge.ts';
import type { Merge } from './synced-records.ts';

/**
 * From a person over her heirs to the last, she herself first. Where merges made apart lead in a circle, the heir of the
 * circle's latest merge is the last.
 */
export function heirsOf(personId: Uuid, mergeOf: (personId: Uuid) => Merge | undefined): Uuid[] {
  const way = new Map<Uuid, Merge>();
  let at = personId;
  for (;;) {
    const merge = mergeOf(at);
    if (!merge) return [...way.keys(), at];
    if (way.has(at)) break;
    way.set(at, merge);
    at = merge.heirId;
  }
  const persons = [...way.keys()];
  const circle = [...way.values()].slice(persons.indexOf(at));
  return persons.slice(0, persons.indexOf(circle.reduce(laterMerge).heirId) + 1);
}
