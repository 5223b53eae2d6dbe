import { OpenFile } from '../../../src/adapters/gallery/lmdb/disk/open-file.ts';

/** One record as it was written or, without a value, removed. */
export type RecordedWrite = { readonly table: string; readonly key: Buffer; readonly value?: Buffer };

/** Runs `work` and tells what it wrote to LMDB, byte for byte and in order; files must be opened inside of it. */
export async function recordWrites(work: (written: RecordedWrite[]) => Promise<void>): Promise<void> {
  const written: RecordedWrite[] = [];
  const { table: openTable } = OpenFile.prototype;
  OpenFile.prototype.table = function table(this: OpenFile, name: string) {
    const records = openTable.call(this, name);
    if (Object.hasOwn(records, 'putSync')) return records;
    const { putSync, removeSync } = records;
    records.putSync = ((key: Buffer, value: Buffer) => {
      written.push({ table: name, key: Buffer.from(key), value: Buffer.from(value) });
      return Reflect.apply(putSync, records, [key, value]);
    }) as typeof putSync;
    records.removeSync = ((key: Buffer) => {
      written.push({ table: name, key: Buffer.from(key) });
      return Reflect.apply(removeSync, records, [key]);
    }) as typeof removeSync;
    return records;
  };
  try {
    await work(written);
  } finally {
    OpenFile.prototype.table = openTable;
  }
}
