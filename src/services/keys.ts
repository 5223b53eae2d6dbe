import { AppError } from '../domain/errors.ts';
import type { Collection } from '../domain/gallery.ts';
import type { DialectName, ServiceName } from '../domain/ports/credentials.ts';
import type { Access, IssuedCredential } from './access.ts';

/** The dialects that keys can be made for, and the services that each of them has. */
export const servicesOf = {
  compreface: ['recognition', 'detection', 'verification'],
  ostiary: ['admin'],
} as const satisfies Partial<Record<DialectName, readonly ServiceName[]>>;
export type KeyedDialect = keyof typeof servicesOf;

export type KeysAsk = {
  readonly dialect: KeyedDialect;
  /** One key for each service of the dialect when absent. */
  readonly service?: ServiceName | undefined;
  /** What a recognition key reaches. */
  readonly collection: Collection;
  readonly name: string;
  readonly expiresAtMs?: number | undefined;
};

/** Makes the keys that a client of the dialect needs: all of them or, when it fails, none. `bad-input` when the dialect has no such service. */
export async function createKeys(access: Access, ask: KeysAsk): Promise<IssuedCredential[]> {
  const { dialect, service, collection, name, expiresAtMs } = ask;
  const offered: readonly ServiceName[] = servicesOf[dialect];
  if (service !== undefined && !offered.includes(service)) {
    throw new AppError('bad-input', `${dialect} has the services ${offered.join(', ')}`);
  }
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
  const wanted = (service === undefined ? offered : [service]).map((one) => {
    const collectionIds = one === 'recognition' ? [collection.id] : [];
    return { dialect, service: one, name, collectionIds, ...expiry };
  });
  return access.createAll(wanted);
}
