import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../../src/domain/errors.ts';

/** Opens a store and reads all of it: `node open-and-read.ts <folder>`. Tells `read`, or the error. */
try {
  const store = await openLmdbStore({ dir: process.argv[2]! });
  await store.gallery.digest();
  await store.close();
  process.stdout.write('read');
} catch (error) {
  process.stdout.write(error instanceof AppError ? `${error.code} ${error.message}` : String(error));
}
