import { randomBytes } from 'node:crypto';
import {
  type DialectName,
  type Reach,
  type Right,
  type ServiceName,
  services,
} from '../domain/credential.ts';
import { AppError } from '../domain/errors.ts';
import type { NewCredential } from '../domain/ports/credentials.ts';
import type { Access, IssuedCredential } from './access.ts';

export type KeysAsk = {
  readonly dialect: DialectName;
  /** Of CompreFace, which has a key for each service; all three when absent. */
  readonly service?: ServiceName | undefined;
  readonly right: Right;
  readonly reach: Reach;
  readonly name: string;
  readonly expiresAtMs?: number | undefined;
};

/**
 * Makes the keys that a client of the dialect needs: all of them or, when it fails, none. `bad-input` when the dialect
 * has no such service, or its keys cannot have this right or reach.
 */
export async function createKeys(access: Access, ask: KeysAsk): Promise<IssuedCredential[]> {
  checkKeys(ask);
  const { dialect, right, reach, name, expiresAtMs } = ask;
  const common = { dialect, name, ...(expiresAtMs !== undefined && { expiresAtMs }) };
  if (dialect !== 'compreface') {
    const login = dialect === 'face-match-expert' ? { login: `ost-${randomBytes(6).toString('hex')}` } : {};
    return access.createAll([{ ...common, ...login, services, right, reach }]);
  }
  const wanted = ask.service === undefined ? services : [ask.service];
  return access.createAll(
    wanted.map((service): NewCredential => {
      // The others have no gallery, so there is nothing to write either.
      const scope = service === 'recognition' ? { right, reach } : { right: 'read' as const, reach: [] };
      return { ...common, services: [service], ...scope };
    }),
  );
}

function checkKeys({ dialect, service, right, reach }: KeysAsk): void {
  if (dialect === 'compreface') {
    if (reach === 'all' || reach.length !== 1) throw refuse('A CompreFace key reaches one collection');
  } else if (service !== undefined) {
    throw refuse(`A key of ${dialect} is good for all services`);
  }
  if (right !== 'admin') return;
  if (dialect !== 'ostiary') throw refuse(`There is nothing to administer in ${dialect}`);
  if (reach !== 'all') throw refuse('An administrator reaches all collections, which must be asked for');
}

function refuse(message: string): AppError {
  return new AppError('bad-input', message);
}
