import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Changes, tooBusy } from '../disk/changes.ts';
import type { Environment } from '../disk/environment.ts';
import { draftOf, removeDraft } from '../disk/new-file.ts';
import { OpenFile } from '../disk/open-file.ts';
import { requireRoom } from '../disk/require-room.ts';
import { bringRecords } from './bring-records.ts';
import { Copier } from './copier.ts';

/** So many changed keys are brought at once, and so few may be left when writes are held. */
const keysAtOnce = 2_000;
const fewKeys = 200;
/** So often the copy may run after the store before that is given up. */
const mostRounds = 2_000;

export type RewriteWish = {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number) => void;
};

export type Rewritten = {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** How long writes waited. */
  readonly heldMs: number;
};

/**
 * Copies the file's records into a fresh file, follows what is written meanwhile, and puts the copy in the file's place:
 * no byte of what had been removed before is left then. A crash at any moment leaves the old file or the new one, whole.
 * Rejects with `storage-full`, `storage-failed`, `overloaded`, `record-corrupt`, `cancelled`, and has changed nothing
 * then.
 */
export async function rewrite(environment: Environment, wish: RewriteWish = {}): Promise<Rewritten> {
  const { file } = environment;
  const startedAtMs = environment.nowMs();
  const { size: bytesBefore } = await stat(file);
  await requireRoom(dirname(file), environment.bytesInUse());
  await removeDraft(file);
  const changes = await environment.followChanges();
  const copier = new Copier({ from: file, to: draftOf(file), signal: wish.signal });
  let draft: OpenFile | undefined;
  let old: OpenFile | undefined;
  let heldMs = 0;
  try {
    await copier.copyAll(wish.onProgress ?? (() => undefined));
    let removed = await bring(copier, changes);
    const into = await openDraft(environment);
    draft = into;
    heldMs = performance.now();
    old = await environment.replaceByDraft(into, async (current) => {
      removed += await bringLast(changes, current, into);
      return { tracesSinceMs: removed > 0 ? startedAtMs : undefined };
    });
    heldMs = performance.now() - heldMs;
    await old.close();
  } finally {
    environment.unfollowChanges();
    if (!old) await draft?.close();
    await copier.close();
    if (!old) await removeDraft(file);
  }
  const { size: bytesAfter } = await stat(file);
  return { bytesBefore, bytesAfter, heldMs };
}

/** Runs after what is written until few keys wait; tells how many records were taken out of the copy again. */
async function bring(copier: Copier, changes: Changes): Promise<number> {
  let removed = 0;
  for (let round = 0; changes.size > fewKeys; round++) {
    if (round === mostRounds) throw tooBusy();
    removed += await copier.bring(changes.take(keysAtOnce));
  }
  return removed;
}

/** As `bring`, to the last key, and not on the copying thread: it runs with a low priority, and writes wait. */
async function bringLast(changes: Changes, from: OpenFile, into: OpenFile): Promise<number> {
  let removed = 0;
  from.lastCommit();
  while (changes.size > 0) {
    const some = changes.take(fewKeys);
    removed += await into.root.childTransaction(() =>
      bringRecords(some, (name) => ({ from: from.table(name), to: into.table(name) })),
    );
  }
  return removed;
}

/** Its tables one after the other: opening one is a small transaction. */
async function openDraft(environment: Environment): Promise<OpenFile> {
  const draft = new OpenFile(draftOf(environment.file));
  for (const name of draft.tableNames()) {
    await nextTurn();
    draft.table(name);
  }
  return draft;
}
