import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { type Manifest, manifestSchema, type PortableList } from '../../../domain/portable.ts';
import type { PortableFolder, PortableLine } from '../../../domain/ports/portable-folder.ts';
import { writeWhole } from '../../../primitives/write-whole.ts';

const readBytes = 256 * 1024;
const longestLine = 4 * 1024 * 1024;
const largestPicture = 128 * 1024 * 1024;
const newline = 10;

/** Its owner alone can read what it writes. */
export function openPortableFolder(dir: string): PortableFolder {
  const at = (name: string) => join(dir, name);
  const listFile = (list: PortableList) => at(`${list}.jsonl`);
  return {
    create: () =>
      writing(dir, async () => {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        if ((await readdir(dir)).length === 0) return;
        throw new AppError('storage-failed', `There is something in ${dir}: expected an empty folder`);
      }),
    append: (list, start, lines) =>
      writing(dir, async () => {
        const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        await using handle = await open(listFile(list), start === 0 ? 'w' : 'r+', 0o600);
        await handle.truncate(start);
        await writeWhole(handle, text, start);
        await handle.sync();
        return start + text.length;
      }),
    putPicture: (path, bytes) =>
      writing(dir, async () => {
        await mkdir(dirname(at(path)), { recursive: true, mode: 0o700 });
        await writeFile(at(path), bytes, { mode: 0o600, flush: true });
      }),
    finish: (manifest) =>
      writing(dir, async () => {
        const draft = at('manifest.json.draft');
        await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
        await rename(draft, at('manifest.json'));
        await using folder = await open(dir, 'r');
        await folder.sync();
      }),
    readManifest: () => readManifest(at('manifest.json')),
    size: async (list) => (await reading(listFile(list), () => stat(listFile(list)))).size,
    lines: (list, from) => readLines(listFile(list), from),
    readPicture: (path) =>
      reading(at(path), async () => {
        const { size } = await stat(at(path));
        if (size > largestPicture) throw new AppError('too-large', 'A picture of the export is too large');
        return readFile(at(path));
      }),
  };
}

async function readManifest(file: string): Promise<Manifest> {
  const text = await reading(file, () => readFile(file, 'utf8'));
  const manifest = manifestSchema.safeParse(parse(text));
  if (manifest.success) return manifest.data;
  throw new AppError('bad-input', `${file} is no manifest of an export that this version of Ostiary knows`);
}

async function* readLines(file: string, from: number): AsyncGenerator<PortableLine> {
  await using handle = await reading(file, () => open(file, 'r'));
  let rest = Buffer.alloc(0);
  for (let at = from; ; ) {
    const bytes = await readSome(handle, at + rest.length);
    if (bytes.length === 0) break;
    rest = Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
      const value = parse(rest.toString('utf8', start, end));
      start = end + 1;
      yield { value, end: at + start };
    }
    at += start;
    rest = rest.subarray(start);
    if (rest.length > longestLine) throw new AppError('bad-input', `${file} has a line that is too long`);
  }
  if (rest.length > 0) throw new AppError('bad-input', `${file} ends in the middle of a line`);
}

async function readSome(handle: FileHandle, at: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, at);
  return buffer.subarray(0, bytesRead);
}

/** `undefined` for what is no JSON; no list has such a value. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writing<R>(dir: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw codeOf(cause) === 'ENOSPC'
      ? new AppError('storage-full', 'The disk has no room for the export', { cause })
      : new AppError('storage-failed', `The export cannot be written to ${dir} (${codeOf(cause)})`, {
          cause,
        });
  }
}

async function reading<R>(file: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw codeOf(cause) === 'ENOENT'
      ? new AppError('bad-input', `There is no ${file}: expected the folder of a whole export`, { cause })
      : new AppError('storage-failed', `${file} cannot be read (${codeOf(cause)})`, { cause });
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
