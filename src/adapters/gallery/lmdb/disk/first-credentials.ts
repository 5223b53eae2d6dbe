import { type Credential, type ServiceName, services } from '../../../../domain/credential.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { readable } from './table.ts';
import type { StoreParts } from './tables.ts';

/** A credential as version 1 kept it: of one service, which for our own API was that of the administrator. */
type FirstCredential = Omit<Credential, 'kind' | 'services' | 'right' | 'reach'> & {
  readonly service: ServiceName | 'admin';
  readonly collectionIds: readonly Uuid[];
};

/** Says of each credential what it may do and reach. A damaged one stays as it is: it opens nothing. */
export async function renewFirstCredentials({ environment, tables }: StoreParts): Promise<void> {
  const { credentials } = tables;
  await environment.write(() => {
    const found = Array.from(credentials.sealedEntries(), ({ key, open }) => ({
      key,
      value: readable(open),
    }));
    for (const { key, value } of found) {
      const first = value as unknown as FirstCredential | Credential | undefined;
      if (first && 'service' in first) credentials.put(key, renewed(first));
    }
  });
}

function renewed({ service, collectionIds, ...kept }: FirstCredential): Credential {
  if (service === 'admin') return { ...kept, kind: 'secret', services, right: 'admin', reach: 'all' };
  const right = service === 'recognition' ? 'write' : 'read';
  return { ...kept, kind: 'secret', services: [service], right, reach: collectionIds };
}
