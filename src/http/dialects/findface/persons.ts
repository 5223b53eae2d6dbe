import { AppError } from '../../../domain/errors.ts';
import { isAutomaticKey } from '../../../domain/gallery-rules.ts';
import type { PersonPlace, PlacedPerson } from '../../../services/persons.ts';
import type { DialectRouter, RouteContext } from '../../dialect.ts';
import type { FindFaceParts } from './deps.ts';
import { openScope, type Scope } from './scope.ts';
import { mapped, streamResults } from './stream.ts';

/** So many are taken out of the store at once. */
const atOnce = 100;

export type WirePerson = { readonly id: number; readonly meta: string };

/** Persons; what was seen of them stands with the history. */
export function addPersonRoutes(router: DialectRouter, parts: FindFaceParts): void {
  router.get('/persons', 'read', async (ctx) => {
    const scope = await openScope(ctx, parts);
    await streamResults(
      ctx,
      mapped(allPersons(parts, scope), (placed) => toWirePerson(placed, { parts, scope })),
    );
  });
  router.get('/person/id/:id', 'read', async (ctx) => {
    const scope = await openScope(ctx, parts);
    ctx.body = await toWirePerson(await personOf(ctx, parts, scope), { parts, scope });
  });
}

/** The person whose number the path has. `person-unknown` */
export async function personOf(
  { params: { id = '' } }: RouteContext,
  { persons }: FindFaceParts,
  { all }: Scope,
): Promise<PlacedPerson> {
  const number = /^\d{1,16}$/.test(id) ? Number(id) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new AppError('person-unknown', 'There is no such person');
  return persons.getByNumber(number, all);
}

/** Her name, or what her first face is called. */
async function toWirePerson(
  { person }: PlacedPerson,
  { parts, scope }: { parts: FindFaceParts; scope: Scope },
): Promise<WirePerson> {
  const { id: personId, number: id, name } = person;
  if (!isAutomaticKey(name)) return { id, meta: name };
  const { faces } = await parts.faces.list(scope.all, { order: 'oldest first', limit: 1, personId });
  // A sibling of it in another gallery may be somebody else's.
  const own = faces[0]?.references.find((reference) => reference.personId === personId);
  return { id, meta: own?.text ?? '' };
}

async function* allPersons({ persons }: FindFaceParts, { all }: Scope): AsyncGenerator<PlacedPerson> {
  for (let after: PersonPlace | undefined; ; ) {
    const page = await persons.list(all, { limit: atOnce, ...(after && { after }) });
    yield* page;
    after = page.at(-1)?.places[0];
    if (page.length < atOnce) return;
  }
}
