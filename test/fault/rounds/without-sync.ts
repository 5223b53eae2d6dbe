import { registerHooks } from 'node:module';
import { open as openSynced } from 'lmdb';

/**
 * Preloaded (`node --import`) into a process whose LMDB files shall not be synced. The product has no such setting; here
 * it gets this module in place of lmdb.
 */
export const open = (options: object) => openSynced({ ...options, noSync: true });

registerHooks({
  resolve(specifier, context, next) {
    return next(specifier === 'lmdb' ? import.meta.url : specifier, context);
  },
});
