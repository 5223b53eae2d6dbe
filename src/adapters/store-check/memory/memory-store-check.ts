import type { StoreCheck } from '../../../domain/ports/store-check.ts';

/** Of a gallery in memory: nothing lies anywhere where it could be damaged. */
export const memoryStoreCheck: StoreCheck = {
  async verify({ signal }) {
    signal.throwIfAborted();
    return { records: 0, counts: { repaired: 0, repairable: 0, lost: 0 }, faults: [] };
  },
};
