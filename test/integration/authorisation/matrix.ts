import { describe, expect, it, onTestFinished } from 'vitest';
import { dialectNames, type Right } from '../../../src/domain/credential.ts';
import type { Dialect } from '../../../src/http/dialect.ts';
import type { IssuedCredential } from '../../../src/services/access.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { startTestApp, type TestApp, type TestServices } from '../../harness/app.ts';
import { call, type Reply } from '../../harness/http-client.ts';
import { clearAway, digestOf, freshMaterial, type Material, type prepareFaces, stateOf } from './material.ts';
import { bodyOf, type Sample, type Surface } from './surface.ts';

/** Routes as the table of samples names them, with the right that each needs. */
export function routesOf({ routes }: Pick<Dialect, 'routes'>): { name: string; needs: Right | 'nothing' }[] {
  return routes.flatMap(({ methods, path, needs }) =>
    methods.map((method) => ({ name: `${method.toUpperCase()} ${path}`, needs })),
  );
}

/** The app that is asked, with a face that is enrolled everywhere. */
export type Stage = { readonly app: TestApp; readonly faces: Awaited<ReturnType<typeof prepareFaces>> };

/**
 * Asks every route of a dialect with every kind of credential that must not open it, and once with one that does. The
 * routes come from the dialect itself, so that none can be forgotten.
 */
export function authorisationMatrix({ app, faces }: Stage, surface: Surface): void {
  const { name: own, ...dialect } = surface.open(app.services);
  const routes = routesOf(dialect);
  const guarded = routes.filter(({ needs }) => needs !== 'nothing');

  describe(own, () => {
    it('has a sample for each route that asks for a credential, and for no other', () => {
      expect(Object.keys(surface.samples).sort()).toEqual(guarded.map(({ name }) => name).sort());
    });

    describe.each(guarded)('$name', ({ name, needs }) => {
      const send = (sample: Sample): Promise<Reply> => {
        return call(app.main.address, name.split(' ')[0]!, `${dialect.prefix}${sample.path}`, sample);
      };
      const prepare = async () => {
        const material = await freshMaterial(app.services, faces);
        onTestFinished(() => clearAway(material));
        const sample = surface.samples[name]!(material);
        return { material, sample, mine: [material.mine.collection.id] };
      };
      const issue = (right: Right, reach: 'all' | string[], expiresAtMs?: number) =>
        surface.issue(
          app.services,
          { right, reach, ...(expiresAtMs !== undefined && { expiresAtMs }) },
          name,
        );
      /** Admins reach everything or nothing. */
      const reachFor = (reach: string[]) => (needs === 'admin' ? 'all' : reach);

      const expectRefused = async (sample: Sample, refusal: { status: number; body: unknown }) => {
        const before = await digestOf(app.services);
        const reply = await send(sample);
        expect({ status: reply.status, body: bodyOf(reply) }).toEqual(refusal);
        expect(await digestOf(app.services)).toEqual(before);
      };

      it('answers one who may', async () => {
        const { sample, mine } = await prepare();
        const { show } = await issue(needs as Right, sample.reach ?? reachFor(mine));
        const reply = await send(show(sample));
        expect({ status: reply.status, body: bodyOf(reply) }).toMatchObject({ status: sample.status ?? 200 });
      });

      it('refuses one without a credential', async () => {
        const { sample } = await prepare();
        await expectRefused(sample, surface.refusals.none(name));
      });

      it('refuses one that nobody has', async () => {
        const { sample } = await prepare();
        await expectRefused(surface.guess(sample), surface.refusals.unknown(name));
      });

      it('refuses one that has expired', async () => {
        const { sample, mine } = await prepare();
        const { show } = await issue(needs as Right, reachFor(mine), 1_000);
        await expectRefused(show(sample), surface.refusals.unknown(name));
      });

      it('refuses one that was revoked', async () => {
        const { sample, mine } = await prepare();
        const { id, show } = await issue(needs as Right, reachFor(mine));
        await app.services.access.revoke(id);
        await expectRefused(show(sample), surface.refusals.unknown(name));
      });

      it.each(dialectNames.filter((one) => one !== own))('refuses one of %s', async (dialect) => {
        const { sample, mine } = await prepare();
        const [{ secret }] = (await createKeys(app.services.access, {
          ...{ dialect, right: 'write', reach: mine, name: '' },
        })) as [IssuedCredential];
        const before = await digestOf(app.services);
        const { status } = await send(surface.showForeign(secret, sample));
        const { none, unknown } = surface.refusals;
        expect([none(name).status, unknown(name).status]).toContain(status);
        expect(await digestOf(app.services)).toEqual(before);
      });

      if (needs !== 'read') {
        it(`refuses one that may only ${needs === 'admin' ? 'write' : 'read'}`, async () => {
          const { sample, mine } = await prepare();
          const { show } = await issue(needs === 'admin' ? 'write' : 'read', mine);
          await expectRefused(show(sample), surface.refusals.forbidden(name));
        });
      }

      if (needs !== 'admin') {
        it('neither tells nor changes anything of a collection that the credential does not reach', async () => {
          const { material, sample } = await prepare();
          const { show } = await issue(needs as Right, [material.other.collection.id]);
          const before = await stateOf(app.services, material.mine);
          const reply = await send(show(sample));
          expect(reply.status).toBe(sample.elsewhere);
          expectNothingTold(reply, material, sample);
          const after = (await stateOf(app.services, material.mine)) as { credentials: unknown[] };
          expect({ ...after, credentials: [] }).toEqual({ ...(before as object), credentials: [] });
        });
      }
    });

    it('asks one who guesses to wait, in its own form', async () => {
      await using strict = await startTestApp({
        wrongAttempts: 1,
        dialects: (services) => othersThanCompreFace(surface, services),
      });
      const { name } = guarded[0]!;
      const sample = surface.samples[name]!(await freshMaterial(strict.services, faces));
      const path = `${dialect.prefix}${sample.path}`;
      const guess = () => call(strict.main.address, name.split(' ')[0]!, path, surface.guess(sample));
      await guess();
      const reply = await guess();
      expect({ status: reply.status, body: bodyOf(reply) }).toEqual(surface.refusals.tooMany(name));
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    });
  });
}

function othersThanCompreFace(surface: Surface, services: TestServices): Dialect[] {
  const dialect = surface.open(services);
  return dialect.name === 'compreface' ? [] : [dialect];
}

/** Neither who she is nor which reference is hers, but for what the request itself says. */
function expectNothingTold({ bytes }: Reply, { mine }: Material, { path, json }: Sample): void {
  const asked = `${path} ${JSON.stringify(json)}`;
  const { key, personId, id } = mine.reference;
  for (const secret of [key, personId, id].filter((one) => !asked.includes(encodeURIComponent(one)))) {
    expect(bytes.toString()).not.toContain(secret);
  }
}
