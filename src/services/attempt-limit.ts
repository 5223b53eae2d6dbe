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

/** Counts wrong attempts by client, as a bucket that refills. */
export interface AttemptLimit {
  /** Whether the client has no attempt left. */
  exhausted(client: string): boolean;
  countWrong(client: string): void;
  /** Seconds until there is an attempt again. */
  readonly retryAfterSeconds: number;
}

export function createAttemptLimit(policy: AttemptPolicy, now: () => number): AttemptLimit {
  const wrong = new Map<string, { count: number; atMs: number }>();
  const countOf = (client: string): number => {
    const seen = wrong.get(client);
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
    exhausted: (client) => countOf(client) > policy.burst - 1,
    countWrong(client) {
      const count = countOf(client) + 1;
      // Deleting first moves the client to the end of the map, whose order is that of the last wrong attempt.
      wrong.delete(client);
      wrong.set(client, { count, atMs: now() });
      const [oldest] = wrong.keys();
      if (wrong.size > policy.maxClients && oldest !== undefined) wrong.delete(oldest);
    },
  };
}
