import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ListedErasure } from '../../../domain/backup.ts';
import { AppError } from '../../../domain/errors.ts';
import type { ErasureList } from '../../../domain/ports/backup.ts';
import { Turns } from '../../../primitives/turns.ts';
import { writeWhole } from '../../../primitives/write-whole.ts';

/**
 * One erasure a line: id of the person, time, and the first 16 digits of the SHA-256 of both and of the line before, so
 * that no line can be changed, taken out or moved unnoticed. The file is made when it is first added to, if by nobody.
 */
export function openErasureList(file: string): ErasureList {
  return new FileErasureList(file);
}

type Known = {
  /** Whole lines; a crash may have left half a one behind them. */
  readonly bytes: number;
  readonly erasures: readonly ListedErasure[];
  readonly lastSum: string;
};

const nothing: Known = { bytes: 0, erasures: [], lastSum: '' };
const sumDigits = 16;

class FileErasureList implements ErasureList {
  readonly #file: string;
  readonly #turns = new Turns();
  readonly #there = new Set<string>();
  /** `undefined` when there is no file. */
  #known: Known | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  read(): Promise<readonly ListedErasure[] | undefined> {
    return this.#turns.take('file', async () => (await this.#upToDate())?.erasures);
  }

  add(erasures: readonly ListedErasure[]): Promise<void> {
    return this.#turns.take('file', () => this.#add(erasures));
  }

  async #add(erasures: readonly ListedErasure[]): Promise<void> {
    const found = await this.#upToDate();
    const known = found ?? nothing;
    const fresh = erasures.filter(({ personId }) => !this.#there.has(personId));
    if (found && fresh.length === 0) return;
    let lastSum = known.lastSum;
    const lines = fresh.map(({ personId, hiddenAtMs }) => {
      const text = `${personId} ${new Date(hiddenAtMs).toISOString()}`;
      lastSum = sumOf(lastSum, text);
      return `${text} ${lastSum}\n`;
    });
    const text = lines.join('');
    await this.#append(text, known.bytes);
    this.#know({ bytes: known.bytes + text.length, erasures: [...known.erasures, ...fresh], lastSum });
  }

  #know(known: Known): Known {
    const before = this.#known?.erasures.length ?? 0;
    for (const { personId } of known.erasures.slice(before)) this.#there.add(personId);
    this.#known = known;
    return known;
  }

  #forget(): void {
    this.#there.clear();
    this.#known = undefined;
  }

  /** In the place of half a line, if there is one. */
  async #append(text: string, at: number): Promise<void> {
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await using handle = await open(this.#file, at === 0 ? 'w' : 'r+', 0o600);
      await handle.truncate(at);
      await writeWhole(handle, Buffer.from(text), at);
      await handle.sync();
      if (at === 0) await syncFolder(dirname(this.#file));
    } catch (cause) {
      const code = codeOf(cause);
      throw code === 'ENOSPC'
        ? new AppError('storage-full', 'The disk has no room for the list of erasures', { cause })
        : new AppError('storage-failed', `The list of erasures ${this.#file} cannot be written (${code})`, {
            cause,
          });
    }
  }

  /** Read again when anything but this has written to it. */
  async #upToDate(): Promise<Known | undefined> {
    try {
      await using handle = await open(this.#file, 'r');
      const { size } = await handle.stat();
      if (this.#known?.bytes === size) return this.#known;
      this.#forget();
      return this.#know(await this.#parse(handle, size));
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      this.#forget();
      const code = codeOf(cause);
      if (code === 'ENOENT') return undefined;
      const message = `The list of erasures ${this.#file} cannot be read (${code})`;
      throw new AppError('storage-failed', message, { cause });
    }
  }

  async #parse(handle: FileHandle, size: number): Promise<Known> {
    const erasures: ListedErasure[] = [];
    let lastSum = '';
    let bytes = 0;
    for await (const line of handle.readLines({ autoClose: false })) {
      if (bytes + line.length + 1 > size) break;
      bytes += line.length + 1;
      const [personId = '', time = '', sum] = line.split(' ');
      lastSum = sumOf(lastSum, `${personId} ${time}`);
      if (sum !== lastSum) throw damaged(this.#file, erasures.length + 1);
      erasures.push({ personId, hiddenAtMs: Date.parse(time) });
    }
    return { bytes, erasures, lastSum };
  }
}

function sumOf(before: string, text: string): string {
  return createHash('sha256').update(`${before} ${text}`).digest('hex').slice(0, sumDigits);
}

function damaged(file: string, line: number): AppError {
  return new AppError(
    'record-corrupt',
    `The list of erasures ${file} is damaged in line ${line}: take another copy of it`,
    { details: { line } },
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}

async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir, 'r');
  await folder.sync();
}
