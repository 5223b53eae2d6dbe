/** Something on the box stands against starting; the message tells its operator what. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this user',
  EADDRINUSE: 'is taken by another process',
  EADDRNOTAVAIL: 'is not one of this box',
  EINVAL: 'is no valid one, or too long',
  ENOENT: 'is not there',
  ENOSPC: 'finds no room on the disk',
  EROFS: 'lies on a disk that cannot be written',
};

/** As the work does; a failure tells what it was about, and why. */
export async function orStartError<Result>(what: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new StartError(`${what} ${reasons[code] ?? 'cannot be used'} (${code})`, { cause });
  }
}
