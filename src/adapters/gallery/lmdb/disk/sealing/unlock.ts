import { AppError } from '../../../../../domain/errors.ts';
import { json } from '../codecs.ts';
import type { Environment } from '../environment.ts';
import type { StoreFiles } from '../store-files.ts';
import { readable, type Table } from '../table.ts';
import { checksums } from './checksums.ts';
import { ciphers } from './ciphers.ts';
import type { Protection } from './protection.ts';
import { type DataKey, nameOfKey, newDataKey, unwrap, type WrappedKey, wrap } from './wrapped-key.ts';

/** Each of the two files holds the wrapped key, lest one damaged page take all with it. */
type SealedFiles = Pick<StoreFiles, 'gallery' | 'pictures'>;

export type Unlocked = {
  readonly protection: Protection;
  /** Lets both files hold the key as it is wrapped now. To be called when they are known to belong together. */
  settle(): Promise<void>;
};

const tableName = 'sealing';
const recordKey = Buffer.from('data-key');
const codec = json<WrappedKey>();

/**
 * Tells how a store is protected; an empty one is sealed from now on when there is a wrapping key. Rejects with
 * `storage-failed`, having changed nothing, when a sealed store is opened without its key or with another, and an
 * unsealed one with a key.
 */
export async function unlock(files: SealedFiles, wrappingKey?: Uint8Array): Promise<Unlocked> {
  if (!isSealed(files)) return unlockUnsealed(files, wrappingKey);
  if (!wrappingKey) {
    throw refusal('The store is sealed: expected store.keyFile to name the file with its key');
  }
  const dataKey = unwrapEither(files, wrappingKey);
  return {
    protection: ciphers(dataKey.bytes),
    settle: () => wrapWhereOther(files, dataKey, wrappingKey),
  };
}

/** Wraps the data key of a sealed store anew. Cut short, it leaves a store that both keys open. */
export async function rewrap(
  files: SealedFiles,
  { from, to }: { from: Uint8Array; to: Uint8Array },
): Promise<void> {
  if (!isSealed(files)) throw refusal('The store is not sealed: there is no key to change');
  await wrapWhereOther(files, unwrapEither(files, from), to);
}

async function unlockUnsealed(files: SealedFiles, wrappingKey: Uint8Array | undefined): Promise<Unlocked> {
  if (!wrappingKey) return { protection: checksums, settle: async () => undefined };
  if (holdsRecords(files.gallery) || holdsRecords(files.pictures)) {
    throw refusal(
      'The store is not sealed, and store.keyFile is set: expected an empty store, or no store.keyFile',
    );
  }
  const dataKey = newDataKey();
  await wrapWhereOther(files, dataKey, wrappingKey);
  return { protection: ciphers(dataKey.bytes), settle: async () => undefined };
}

function isSealed({ gallery, pictures }: SealedFiles): boolean {
  return [gallery, pictures].some((file) => (find(file)?.count() ?? 0) > 0);
}

/** A start that was cut short may have left tables without records. */
function holdsRecords(file: Environment): boolean {
  return file.tableNames().some((name) => file.countIn(name) > 0);
}

function unwrapEither({ gallery, pictures }: SealedFiles, wrappingKey: Uint8Array): DataKey {
  const copies = [gallery, pictures].map(read).filter((copy) => copy !== undefined);
  if (copies.length === 0) {
    throw refusal('The store is sealed, and both copies of its wrapped key are damaged: restore a backup');
  }
  const ids = new Set(copies.map(({ id }) => id));
  if (ids.size > 1) throw refusal('The files of gallery and pictures belong to different stores');
  const unwrapped = copies.map((copy) => unwrap(copy, wrappingKey)).find((key) => key !== undefined);
  if (unwrapped) return unwrapped;
  const wanted = [...new Set(copies.map(({ by }) => by))].join(' or ');
  throw refusal(`The store is sealed with the key ${wanted}, and this is the key ${nameOfKey(wrappingKey)}`);
}

async function wrapWhereOther(
  { gallery, pictures }: SealedFiles,
  dataKey: DataKey,
  wrappingKey: Uint8Array,
): Promise<void> {
  for (const file of [gallery, pictures]) {
    const copy = read(file);
    if (copy && unwrap(copy, wrappingKey)) continue;
    const table = file.table(tableName, codec);
    await file.write(() => table.put(recordKey, wrap(dataKey, wrappingKey)));
  }
}

/** `undefined` when there is none, or it is damaged. */
function read(file: Environment): WrappedKey | undefined {
  return readable(() => find(file)?.get(recordKey));
}

function find(file: Environment): Table<WrappedKey> | undefined {
  return file.tableNames().includes(tableName) ? file.table(tableName, codec) : undefined;
}

function refusal(message: string): AppError {
  return new AppError('storage-failed', message);
}
