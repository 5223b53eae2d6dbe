import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../domain/audit.ts';

const actors = new AsyncLocalStorage<Actor>();

/** Whatever `run` does, also later and in its own calls, is done in the name of the actor. */
export function actAs<R>(actor: Actor, run: () => R): R {
  return actors.run(actor, run);
}

/** In whose name the caller runs; what nobody asked for is done by the service. */
export function currentActor(): Actor {
  return actors.getStore() ?? { kind: 'service' };
}
