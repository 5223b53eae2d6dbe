import { isIPv6 } from 'node:net';

/** How many wrong credentials a client may send. */
export type AttemptPolicy = {
  /** At once. */
  readonly burst: number;
  /** And so many a minute from then on. */
  readonly perMinute: number;
  /** Clients that are kept in mind; the one that was quiet for longest is forgotten first. */
  readonly maxClients: number;
};

export const defaultAttemptPolicy: AttemptPolicy = { burst: 100, perMinute: 60, maxClients: 10_000 };

/** Counts wrong attempts by the client's address, as a bucket that refills. */
export interface AttemptLimit {
  /** Whether the client has no attempt left. */
  exhausted(client: string): boolean;
  countWrong(client: string): void;
  /** Seconds until there is an attempt again. */
  readonly retryAfterSeconds: number;
}

export function createAttemptLimit(policy: AttemptPolicy, now: () => number): AttemptLimit {
  const wrong = new Map<string, { count: number; atMs: number }>();
  const countOf = (network: string): number => {
    const seen = wrong.get(network);
    if (!seen) return 0;
    const passedMs = now() - seen.atMs;
    // The clock was set back: count from there, lest the client wait for as long as that was.
    if (passedMs < 0) {
      seen.atMs = now();
      return seen.count;
    }
    return Math.max(0, seen.count - (passedMs / 60_000) * policy.perMinute);
  };
  return {
    retryAfterSeconds: Math.ceil(60 / policy.perMinute),
    exhausted: (client) => countOf(networkOf(client)) > policy.burst - 1,
    countWrong(client) {
      const network = networkOf(client);
      const count = countOf(network) + 1;
      // Deleting first moves the network to the end of the map, whose order is that of the last wrong attempt.
      wrong.delete(network);
      wrong.set(network, { count, atMs: now() });
      const [oldest] = wrong.keys();
      if (wrong.size > policy.maxClients && oldest !== undefined) wrong.delete(oldest);
    },
  };
}

/** Who has an IPv6 address has 2^64 of them: the network counts. IPv4 in the dress of IPv6 is IPv4. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  const [before = '', after] = plain.split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
