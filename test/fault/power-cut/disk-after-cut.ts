import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Change, type ChangeLog, type Rename, readChangeLog, type Sync } from './change-log.ts';

export const fates = ['none kept', 'all kept', 'whole writes', 'torn writes'] as const;
/** What becomes of the writes that were not synced. */
export type Fate = (typeof fates)[number];

export type Cut = {
  readonly dir: string;
  readonly log: string;
  readonly fate: Fate;
  /** Bytes that the disk writes as one. */
  readonly sectorBytes: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
};

/** How many of these changes, in their order, the disk shows at one place. */
type Choice = (waiting: readonly Change[]) => number;

/** Makes the files of a folder what a disk could show after the power went (the model: shim.c); tells how many changes it was free to drop, and how many names it has taken back. */
export async function showDiskAfterCut(cut: Cut): Promise<number> {
  const log = await readChangeLog(cut.log);
  const choose = choiceOf(cut);
  const undone = log.renames.slice(chooseRenames(cut, log.renames.length));
  for (const rename of undone.toReversed()) await undo(rename);
  let free = undone.length;
  for (const name of await readdir(cut.dir)) {
    const file = join(cut.dir, name);
    const { ino } = await stat(file);
    const changes = log.changes.filter(({ inode }) => inode === ino);
    const syncs = log.syncs.filter(({ inode }) => inode === ino);
    if (changes.length > 0) free += await cutFile(file, { changes, syncs }, { ...cut, choose });
  }
  return free;
}

/** How many of the renames that were not synced the disk shows; a later one is never there without an earlier one. */
function chooseRenames({ fate, random }: Cut, count: number): number {
  if (fate === 'none kept') return 0;
  return fate === 'all kept' ? count : Math.floor(random() * (count + 1));
}

async function undo({ from, to, replaced }: Rename): Promise<void> {
  await rename(to, from);
  if (replaced !== undefined) await rename(replaced, to);
}

async function cutFile(
  file: string,
  { changes, syncs }: Pick<ChangeLog, 'changes' | 'syncs'>,
  { choose, sectorBytes }: Cut & { choose: Choice },
): Promise<number> {
  const content = await readFile(file);
  const lastSynced = Math.max(0, ...syncs.map(({ lastStep }) => lastStep));
  const unsynced = changes.filter(({ step }) => step > lastSynced);
  const sizes = [...unsynced.map(({ sizeBefore }) => sizeBefore), content.length];
  const size = sizes[choose(unsynced)]!;
  // What lies between the end and a length that was never filled reads as zeros.
  const shown = Buffer.concat([content, Buffer.alloc(Math.max(...sizes) - content.length)]);
  const wholly = Math.max(0, ...syncs.filter(isOfWholeFile).map(({ lastStep }) => lastStep));
  const pending = changes.filter(({ step }) => step > wholly);
  for (const [start, touching] of bySector(pending, sectorBytes)) {
    const sector = { start, end: start + sectorBytes };
    const waiting = touching.filter(({ step }) => !syncs.some((sync) => covers(sync, sector, step)));
    for (const change of waiting.slice(choose(waiting)).reverse()) takeBack(shown, sector, change);
  }
  await writeFile(file, shown.subarray(0, size));
  return pending.length;
}

function choiceOf({ fate, random }: Cut): Choice {
  const dropped = new Map<number, boolean>();
  const share = random();
  const isDropped = ({ step }: Change) => {
    if (!dropped.has(step)) dropped.set(step, random() < share);
    return dropped.get(step)!;
  };
  switch (fate) {
    case 'none kept':
      return () => 0;
    case 'all kept':
      return (waiting) => waiting.length;
    case 'whole writes':
      return (waiting) => waiting.findLastIndex((change) => !isDropped(change)) + 1;
    case 'torn writes':
      return (waiting) => Math.floor(random() * (waiting.length + 1));
  }
}

type Sector = { readonly start: number; readonly end: number };

/** Each sector that was written to, by where it starts, with its changes in their order. */
function bySector(changes: readonly Change[], sectorBytes: number): Map<number, Change[]> {
  const found = new Map<number, Change[]>();
  for (const change of changes) {
    const end = change.offset + change.length;
    for (let at = change.offset - (change.offset % sectorBytes); at < end; at += sectorBytes) {
      const earlier = found.get(at);
      if (earlier) earlier.push(change);
      else found.set(at, [change]);
    }
  }
  return found;
}

function isOfWholeFile({ offset, end }: Sync): boolean {
  return offset === 0 && end > Number.MAX_SAFE_INTEGER;
}

function covers(sync: Sync, { start, end }: Sector, step: number): boolean {
  return step <= sync.lastStep && sync.offset <= start && end <= sync.end;
}

/** Gives a sector the bytes that it had before a change. */
function takeBack(shown: Buffer, sector: Sector, { offset, length, before }: Change): void {
  const start = Math.max(sector.start, offset);
  const end = Math.min(sector.end, offset + length, shown.length);
  if (start >= end) return;
  shown.fill(0, start, end);
  shown.set(before.subarray(start - offset, end - offset), start);
}
