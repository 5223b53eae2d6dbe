import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** All addresses of a name; of an address itself. Rejects when there is none, or when the signal fires. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the system's name servers, or these, once for each family. Not by `getaddrinfo`: that holds one of the four
 * threads that the store writes with, for as long as a stranger's name server likes.
 */
export function nameServers(servers?: readonly string[]): ResolveHost {
  return async (host, signal) => {
    if (isIP(host) !== 0) return [host];
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      signal.throwIfAborted();
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length === 0) throw new Error('The name has no address');
      return found;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}
