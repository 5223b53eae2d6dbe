import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbStore, openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { GalleryClock } from './gallery.ts';

/** A port under its contract. */
export type OpenedPart<Port> = {
  port(): Port;
  /** Where there is a disk, from here on only what lies there is remembered. */
  again(): Promise<void>;
  close(): Promise<void>;
};
export type OpenPart<Port> = (clock: GalleryClock) => Promise<OpenedPart<Port>>;

/** One part of an LMDB store in a folder of its own; `again` opens the store anew when told so. */
export function lmdbPart<Name extends keyof LmdbStore>(
  name: Name,
  { reopens }: { readonly reopens: boolean },
): OpenPart<LmdbStore[Name]> {
  return async (clock) => {
    const dir = await mkdtemp(join(tmpdir(), 'ostiary-part-'));
    let store = await openLmdbStore({ dir, ...clock });
    return {
      port: () => store[name],
      async again() {
        if (!reopens) return;
        await store.close();
        store = await openLmdbStore({ dir, ...clock });
      },
      async close() {
        await store.close();
        await rm(dir, { recursive: true });
      },
    };
  };
}

/** A part that lasts as long as the process. */
export function memoryPart<Port>(open: (clock: GalleryClock) => Port): OpenPart<Port> {
  return async (clock) => {
    const port = open(clock);
    return { port: () => port, again: async () => undefined, close: async () => undefined };
  };
}
