import { loadAddon } from '../load-addon.ts';

type Native = { crc32c(before: number, ...parts: Uint8Array[]): number };

/**
 * CRC-32C (Castagnoli, RFC 3720) of some bytes, those of all parts one after the other, going on from the checksum of what
 * came before them; that of nothing is 0.
 */
export const { crc32c } = loadAddon<Native>('crc32c');
