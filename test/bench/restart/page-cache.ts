import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Less than this share left counts as none. */
const mostLeft = 0.01;

/** Takes a file that nobody has open out of the page cache; false where that is not allowed. */
export async function dropFromCache(file: string): Promise<boolean> {
  try {
    await run('sync', [file]);
    // Reads nothing, and tells the kernel that the file's pages are not needed.
    await run('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
    const { stdout } = await run('fincore', ['--bytes', '--noheadings', '--output', 'RES,SIZE', file]);
    const [cached = Number.NaN, size = 0] = stdout.trim().split(/\s+/).map(Number);
    return cached <= mostLeft * size;
  } catch {
    return false;
  }
}
