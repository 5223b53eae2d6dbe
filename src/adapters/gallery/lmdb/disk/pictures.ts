import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { Environment } from './environment.ts';
import { ownUuidBytes, uuidAt } from './keys.ts';
import type { Snapshot } from './open-file.ts';
import type { Protection } from './sealing/protection.ts';
import type { ReadTable, Table } from './table.ts';
import { openPictureTables } from './tables.ts';

const ownerKey = Buffer.from('store');
const removedAtOnce = 100;
const sweptAtOnce = 500;

/**
 * The pictures as enrolled, in an environment of their own. A write over two environments is made whole by its order:
 * a picture is synced before the reference that names it is written, and removed after the reference has gone. What a
 * crash leaves over is a picture that no reference names; it is never answered, and swept at the next start.
 */
export class Pictures {
  readonly #environment: Environment;
  readonly #table: Table<Uint8Array>;
  readonly #owner: Table<string>;

  constructor(environment: Environment, protection: Protection) {
    this.#environment = environment;
    const { pictures, owner } = openPictureTables(environment.under(protection));
    this.#table = pictures;
    this.#owner = owner;
  }

  /** Rejects with `storage-failed` when the pictures are of another store: a sweep would remove them all. */
  async claim(storeId: string): Promise<void> {
    const owner = this.#owner.get(ownerKey);
    if (owner === storeId) return;
    if (owner !== undefined) {
      throw new AppError(
        'storage-failed',
        'The file of pictures belongs to another gallery than the one beside it',
      );
    }
    await this.#environment.write(() => this.#owner.put(ownerKey, storeId));
  }

  /** reference id → the file as it was enrolled; changed by nobody else. */
  get table(): ReadTable<Uint8Array> {
    return this.#table;
  }

  /** As of an environment. */
  snapshot(): Snapshot {
    return this.#environment.snapshot();
  }

  read(referenceId: Uuid): Uint8Array | undefined {
    return this.#table.get(ownUuidBytes(referenceId));
  }

  async add(referenceId: Uuid, picture: Uint8Array): Promise<void> {
    await this.#environment.write(() => this.#table.put(ownUuidBytes(referenceId), picture));
  }

  async remove(referenceIds: readonly Uuid[]): Promise<void> {
    for (let at = 0; at < referenceIds.length; at += removedAtOnce) {
      const some = referenceIds.slice(at, at + removedAtOnce);
      await this.#environment.write(() => {
        for (const id of some) this.#table.remove(ownUuidBytes(id));
      });
    }
  }

  /** The pictures that nobody says to be named. */
  async unnamed(isNamed: (referenceId: Uuid) => boolean): Promise<Uuid[]> {
    const unnamed: Uuid[] = [];
    for (let after: Buffer | undefined; ; await nextTurn()) {
      const page = [...this.#table.keys({ ...(after && { after }), limit: sweptAtOnce })];
      unnamed.push(...page.map((key) => uuidAt(key)).filter((id) => !isNamed(id)));
      after = page.at(-1);
      if (page.length < sweptAtOnce) return unnamed;
    }
  }
}
