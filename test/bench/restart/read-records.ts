import { OpenFile } from '../../../src/adapters/gallery/lmdb/disk/open-file.ts';
import { galleryFile } from '../../../src/adapters/gallery/lmdb/disk/store-files.ts';

/** What a process measured that brought into memory, with bare lmdb, what a start has to read before it can answer. */
export type Read = { readonly readMs: number; readonly bytes: number };

const [dir = '', mostBytes = ''] = process.argv.slice(2);
const start = performance.now();
const file = new OpenFile(galleryFile(dir));
const into = Buffer.allocUnsafe(Number(mostBytes));
let bytes = 0;
for (const { value } of file.table('codes').getRange()) {
  into.set(value, bytes);
  bytes += value.length;
}
const read: Read = { readMs: performance.now() - start, bytes };
process.stdout.write(JSON.stringify(read));
await file.close();
