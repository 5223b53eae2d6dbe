import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { AppError } from '../../../../domain/errors.ts';

/** Who holds a lock. A process id alone may have gone to another process since; with its start time it is unique. */
type Holder = { readonly pid: number; readonly startedAt: string; readonly boot: string };

/** Nobody else holds the file while this is held. */
export type Lock = {
  /** Whether a process has died with it. */
  readonly isInherited: boolean;
  release(): Promise<void>;
  /** As if this process had died with it. */
  abandon(): Promise<void>;
};

/**
 * Takes the lock file, also from a process that has died with it. Rejects with `storage-failed`, naming the process
 * that holds it.
 */
export async function takeLock(file: string): Promise<Lock> {
  const own = await describe(process.pid);
  if (!own) throw new AppError('storage-failed', 'The start time of this process cannot be read');
  const isInherited = !(await create(file, own));
  if (isInherited) {
    await clearDeadLock(file, own.boot);
    if (!(await create(file, own))) throw held(await readHolder(file));
  }
  return {
    isInherited,
    release: () => rm(file, { force: true }),
    abandon: async () => {
      await write(`${file}.abandoned`, { ...own, startedAt: 'never' });
      await rename(`${file}.abandoned`, file);
    },
  };
}

async function create(file: string, holder: Holder): Promise<boolean> {
  // Written before it gets its name, lest another find it empty and take its maker for dead.
  const draft = `${file}.draft-${randomUUID()}`;
  try {
    await write(draft, holder);
    await link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new AppError('storage-failed', `The lock file ${file} could not be made`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

function write(file: string, holder: Holder): Promise<void> {
  return writeFile(file, JSON.stringify(holder), { mode: 0o600 });
}

/**
 * Removes the lock of a dead process. Of several that find it dead only one may remove it, lest a slow one remove the
 * lock that a quick one has just taken: the one who makes the second name. A name left by a crash in between is void
 * after the next boot, for the boot is part of it.
 */
async function clearDeadLock(file: string, boot: string): Promise<void> {
  const holder = await readHolder(file);
  if (holder && (await isAlive(holder))) throw held(holder);
  const claim = `${file}.dead-${holder ? `${holder.pid}-${holder.startedAt}` : 'unreadable'}-${boot}`;
  try {
    await link(file, claim);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    if (isCode(error, 'EEXIST')) {
      throw new AppError(
        'storage-failed',
        `Another process is taking over the store; if none is, remove ${claim}`,
      );
    }
    throw error;
  }
  // A quicker one may have removed the dead lock, and its claim, before ours: then the file is a living one's.
  const claimed = await readHolder(claim);
  const isDead = claimed?.pid === holder?.pid && claimed?.startedAt === holder?.startedAt;
  if (isDead) await rm(file, { force: true });
  await rm(claim, { force: true });
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    // Empty or cut short: its maker died while writing it.
    if (error instanceof SyntaxError || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  const now = await describe(holder.pid);
  return now !== undefined && now.startedAt === holder.startedAt && now.boot === holder.boot;
}

/** What the kernel knows of a process; `undefined` when there is none. */
async function describe(pid: number): Promise<Holder | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; the start time is the 20th field after it.
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return startedAt === undefined ? undefined : { pid, startedAt, boot };
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

function held(holder: Holder | undefined): AppError {
  const who = holder ? `process ${holder.pid}` : 'another process';
  return new AppError('storage-failed', `The store is in use by ${who}`, {
    details: holder ? { pid: holder.pid } : {},
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
