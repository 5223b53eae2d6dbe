import { randomBytes } from 'node:crypto';
import { v1 } from 'uuid';
import type { Uuid } from './gallery.ts';

const ticksPerMillisecond = 10_000;
/** The package draws random bytes for each id where none are given, though it has no use for them here. */
const unused = new Uint8Array(16);

/**
 * Makes UUIDs of version 1 with a random node, each later than the one before, also when the clock stands still or is
 * set back.
 */
export function createIdSource(
  nowMs: () => number,
  random: (bytes: number) => Uint8Array = randomBytes,
): () => Uuid {
  const node = random(6);
  // RFC 9562: the multicast bit says that the node is no hardware address.
  node[0] = node[0]! | 1;
  const [high, low] = random(2);
  const clockseq = ((high! << 8) | low!) & 0x3fff;
  let msecs = 0;
  let nsecs = 0;
  return () => {
    const now = nowMs();
    if (now > msecs) {
      msecs = now;
      nsecs = 0;
    } else if (++nsecs === ticksPerMillisecond) {
      msecs++;
      nsecs = 0;
    }
    return v1({ msecs, nsecs, clockseq, node, random: unused });
  };
}
