import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../domain/audit.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Uuid } from '../domain/gallery.ts';

type Acting = { readonly actor: Actor; readonly accountId?: Uuid | undefined };

const acting = new AsyncLocalStorage<Acting>();

/** Whatever `run` does, also later and in its own calls, is done in the name of the actor. */
export function actAs<R>(actor: Actor, run: () => R, accountId?: Uuid): R {
  return acting.run({ actor, accountId }, run);
}

/** In whose name the caller runs; what nobody asked for is done by the service. */
export function currentActor(): Actor {
  return acting.getStore()?.actor ?? { kind: 'service' };
}

/** Whose right and reach the actor has (`accountOf`), where it showed a credential. */
export function currentAccount(): Uuid | undefined {
  return acting.getStore()?.accountId;
}

/** Whose recognition an event is. */
export function currentCaller(): Pick<NewEvent, 'dialect' | 'accountId'> {
  const actor = currentActor();
  const accountId = currentAccount();
  return {
    ...('dialect' in actor && { dialect: actor.dialect }),
    ...(accountId !== undefined && { accountId }),
  };
}
