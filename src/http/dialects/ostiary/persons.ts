import type { z } from 'zod';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Collections } from '../../../services/collections.ts';
import type { People } from '../../../services/people.ts';
import type { Persons, PlacedPerson } from '../../../services/persons.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { toIso } from './answers.ts';
import {
  mergeSchema,
  newPersonSchema,
  type PersonAnswer,
  type PersonsAnswer,
  personChangeSchema,
  personsQuerySchema,
} from './people-wire.ts';
import { readBody, readParameter, readQuery } from './requests.ts';

export type PersonParts = {
  readonly collections: Collections;
  readonly people: People;
  readonly persons: Persons;
  readonly bodyLimits: BodyLimits;
};

const oneOf = '/collections/:collection/persons/:key';

/** The people of a collection, by their keys there. */
export function mountPersons(router: DialectRouter, parts: PersonParts): void {
  const { collections, people, persons, bodyLimits } = parts;
  const find = async (ctx: RouteContext) => {
    const { id } = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    return people.get(id, readParameter(ctx, 'key'));
  };
  const tell = async (collectionId: Uuid, personId: Uuid): Promise<PersonAnswer> =>
    toPerson(await persons.get(personId, [collectionId]));

  router.get('/collections/:collection/persons', 'read', async (ctx) => {
    const { after, limit } = readQuery(ctx, personsQuerySchema);
    const { id } = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    const place = after === undefined ? {} : { after: { collectionId: id, key: after } };
    const found = (await persons.list([id], { ...place, limit })).map(toPerson);
    const last = found.length === limit ? found.at(-1) : undefined;
    ctx.body = { persons: found, ...(last && { next: last.key }) } satisfies PersonsAnswer;
  });
  router.post('/collections/:collection/persons', 'write', async (ctx) => {
    const { id } = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    const { personId } = await people.add(id, (await readBody(ctx, bodyLimits, newPersonSchema)).key);
    ctx.status = 201;
    ctx.body = await tell(id, personId);
  });
  router.get(oneOf, 'read', async (ctx) => {
    const { collectionId, personId } = await find(ctx);
    ctx.body = await tell(collectionId, personId);
  });
  router.on(['patch'], oneOf, 'write', async (ctx) => {
    const { key: to, ...change } = await readBody(ctx, bodyLimits, personChangeSchema);
    const { collectionId, personId, key } = await find(ctx);
    if (to !== undefined && to !== key)
      await people.rename(collectionId, key, to, { personId, ifTaken: 'refuse' });
    if (Object.keys(change).length > 0) await persons.update(personId, [collectionId], toChange(change));
    ctx.body = await tell(collectionId, personId);
  });
  router.post(`${oneOf}/merge`, 'write', async (ctx) => {
    const { into } = await readBody(ctx, bodyLimits, mergeSchema);
    const { collectionId, personId, key } = await find(ctx);
    const { key: to, personId: heirId } = await people.get(collectionId, into);
    await people.rename(collectionId, key, to, { personId, ifTaken: { heirId } });
    ctx.body = await tell(collectionId, heirId);
  });
  router.delete(oneOf, 'write', async (ctx) => {
    const { collectionId, personId, key } = await find(ctx);
    await people.removeExactly(collectionId, key, personId);
    ctx.body = { key };
  });
}

function toChange({ validFrom, validUntil, ...rest }: Omit<z.output<typeof personChangeSchema>, 'key'>) {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as { [Name in keyof typeof rest]: NonNullable<(typeof rest)[Name]> }),
    ...(validFrom !== undefined && { validFromMs: toMs(validFrom) }),
    ...(validUntil !== undefined && { validUntilMs: toMs(validUntil) }),
  };
}

function toMs(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}

function toPerson({ person, places: [place] }: PlacedPerson): PersonAnswer {
  const { id, number, name, status, metadata, validFromMs, validUntilMs, createdAtMs } = person;
  return {
    ...{ personId: id, number, name, status, metadata },
    ...(validFromMs !== undefined && { validFrom: toIso(validFromMs) }),
    ...(validUntilMs !== undefined && { validUntil: toIso(validUntilMs) }),
    createdAt: toIso(createdAtMs),
    ...{ key: place?.key ?? '', references: place?.referenceCount ?? 0 },
  };
}
