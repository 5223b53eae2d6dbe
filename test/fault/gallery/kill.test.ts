import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const rounds = 6;
const writer = join(import.meta.dirname, 'writer.ts');

/** What the writer has said to be done; a rename or an erasure may be under way for the last of each lane. */
class Acknowledged {
  readonly keyOf = new Map<Uuid, string>();
  readonly referenceOf = new Map<Uuid, Uuid>();
  readonly erased = new Set<Uuid>();
  readonly renamed = new Set<string>();
  lines = 0;

  note(line: string): void {
    this.lines++;
    const [what, one, two, three] = line.split(' ') as [string, string, string, string];
    if (what === 'enrolled') {
      this.keyOf.set(three, one);
      this.referenceOf.set(three, two);
    }
    if (what === 'erased') this.erased.add(one);
    if (what === 'renamed') this.renamed.add(one);
  }
}

async function killInTheMiddle(child: ChildProcess, said: Acknowledged, lines: number): Promise<void> {
  const before = said.lines;
  const reading = createInterface({ input: child.stdout! }).on('line', (line) => said.note(line));
  // The pipe closes a little before the process is gone, and with it its hold on the store.
  const ended = Promise.all([once(reading, 'close'), once(child, 'exit')]);
  await vi.waitFor(() => expect(said.lines - before).toBeGreaterThan(lines), {
    timeout: 60_000,
    interval: 5,
  });
  child.kill('SIGKILL');
  await ended;
}

/** Every acknowledged write is there, and what is there is whole. */
async function check({ gallery }: LmdbStore, said: Acknowledged): Promise<void> {
  const collection = (await gallery.findCollection('door'))!.id;
  const { references, total } = await gallery.listReferences(collection, { offset: 0, limit: 1_000_000 });
  const members = await gallery.listMemberships(collection);
  expect(total).toBe(references.length);
  expect(gallery.counts()).toEqual({ collections: 1, persons: members.length, references: members.length });
  expect(references.map(({ key }) => key).toSorted()).toEqual(members.map(({ key }) => key));

  const keyOfPerson = new Map(members.map(({ personId, key }) => [personId, key]));
  for (const [personId, key] of said.keyOf) {
    const found = keyOfPerson.get(personId);
    if (said.erased.has(personId)) expect(found).toBeUndefined();
    else if (said.renamed.has(key)) expect(found).toBe(`${key}-renamed`);
    else if (found === undefined) expect(await gallery.findErasure(personId)).toBeDefined();
    if (found === undefined) {
      expect(await gallery.findErasure(personId)).toMatchObject({
        references: 1,
        removedAtMs: expect.any(Number),
      });
    } else expect(references.some(({ id }) => id === said.referenceOf.get(personId))).toBe(true);
  }
  for (const { id, key } of references) {
    const name = key.replace('-renamed', '');
    const [lane, turn] = name.split('-').slice(1).map(Number) as [number, number];
    const expected = pictured([lane + 1, turn, 1], name);
    const reference = await gallery.findReference(collection, id);
    expect([...reference!.template.vector]).toEqual([...expected.template.vector]);
    expect(Buffer.from(reference!.crop!.jpeg)).toEqual(expected.crop!.jpeg);
    expect(Buffer.from((await gallery.readPicture(collection, id))!)).toEqual(expected.picture);
  }
}

test(`kill −9 in the middle of writing, ${rounds} times, loses no acknowledged write and leaves none half done`, async () => {
  const dir = await ownFolder();
  const said = new Acknowledged();
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [writer, dir, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await killInTheMiddle(child, said, 20 + round * 17);
    const store = await openLmdbStore({ dir });
    await check(store, said);
    expect(store.storeProblems()).toEqual([]);
    await store.close();
  }
});
