import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonAnswer, PersonsAnswer } from '../../../src/http/dialects/ostiary/people-wire.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';
import { portrait } from '../../harness/photographs.ts';

let app: OwnApi['app'];
let ask: OwnApi['ask'];
let ann: Buffer;

beforeAll(async () => {
  ({ app, ask } = await startOwnApi({ store: 'memory' }));
  ann = await portrait('ann');
});
afterAll(() => app[Symbol.asyncDispose]());

let made = 0;
/** A collection with these people in it, the first of them with a face. */
async function openCollection(...keys: string[]): Promise<string> {
  const path = `/collections/set-${++made}`;
  await ask('POST', '/collections', { json: { slug: `set-${made}` } });
  const [first, ...others] = keys;
  const picture = { body: Uint8Array.from(ann), headers: { 'Content-Type': 'image/jpeg' } };
  if (first !== undefined) await ask('POST', `${path}/persons/${first}/references`, picture);
  for (const key of others) await ask('POST', `${path}/persons`, { json: { key } });
  return path;
}
const find = (path: string) =>
  ask('POST', `${path}/identify`, { body: Uint8Array.from(ann), headers: { 'Content-Type': 'image/jpeg' } });

describe('a collection', () => {
  it('is told with what it holds, renamed, and gone with its members', async () => {
    const path = await openCollection('Ann', 'Bea');
    expect((await ask('GET', path)).json).toMatchObject({ members: 2, references: 1 });
    const renamed = await ask('PATCH', path, { json: { slug: 'staff', name: 'Staff' } });
    expect(renamed.json).toMatchObject({ slug: 'staff', name: 'Staff' });
    expect((await ask('GET', path)).status).toBe(404);
    expect(await ask('DELETE', '/collections/staff')).toMatchObject({
      ...{ status: 200, json: { members: 2, references: 1 } },
    });
    expect((await ask('GET', '/collections/staff')).status).toBe(404);
  });

  it('does not take the slug of another', async () => {
    const [one] = [await openCollection(), await openCollection()];
    const taken = await ask('PATCH', one, { json: { slug: `set-${made}` } });
    expect(taken).toMatchObject({ status: 409, json: { error: { code: 'collection-exists' } } });
  });

  it('lists its people by pages', async () => {
    const path = await openCollection('Ann', 'Bea', 'Cleo');
    const keys: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const after: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`;
      const page = (await ask('GET', `${path}/persons?limit=2${after}`)).json as PersonsAnswer;
      keys.push(...page.persons.map(({ key }) => key));
      next = page.next;
    }
    expect(keys.sort()).toEqual(['Ann', 'Bea', 'Cleo']);
  });
});

describe('a person', () => {
  it('is found nowhere while she is suspended', async () => {
    const path = await openCollection('Ann');
    const candidates = async () =>
      ((await find(path)).json as { faces: { candidates: unknown[] }[] }).faces[0]!.candidates.length;
    expect(await candidates()).toBe(1);
    const suspended = await ask('PATCH', `${path}/persons/Ann`, { json: { status: 'suspended' } });
    expect(suspended.json).toMatchObject({ key: 'Ann', status: 'suspended', references: 1 });
    expect(await candidates()).toBe(0);
    await ask('PATCH', `${path}/persons/Ann`, { json: { status: 'active' } });
    expect(await candidates()).toBe(1);
  });

  it('has bounds of validity that are set and lifted', async () => {
    const path = `${await openCollection('Ann')}/persons/Ann`;
    const bounded = await ask('PATCH', path, { json: { validUntil: '2030-01-01T00:00:00Z', name: 'A. E.' } });
    expect(bounded.json).toMatchObject({ name: 'A. E.', validUntil: '2030-01-01T00:00:00.000Z' });
    const lifted = await ask('PATCH', path, { json: { validUntil: null } });
    expect(lifted.json).not.toHaveProperty('validUntil');
  });

  it('takes no key that another has, and becomes one with her when that is asked', async () => {
    const path = await openCollection('Ann', 'Bea');
    const taken = await ask('PATCH', `${path}/persons/Ann`, { json: { key: 'Bea' } });
    expect(taken).toMatchObject({ status: 409, json: { error: { code: 'person-exists' } } });
    const heir = (await ask('GET', `${path}/persons/Bea`)).json as PersonAnswer;
    const merged = await ask('POST', `${path}/persons/Ann/merge`, { json: { into: 'Bea' } });
    expect(merged.json).toMatchObject({ key: 'Bea', personId: heir.personId, references: 1 });
    expect((await ask('GET', `${path}/persons/Ann`)).status).toBe(404);
    const nobody = await ask('POST', `${path}/persons/Bea/merge`, { json: { into: 'Nobody' } });
    expect(nobody).toMatchObject({ status: 404, json: { error: { code: 'person-unknown' } } });
    expect((await ask('GET', `${path}/persons/Bea`)).json).toMatchObject({ references: 1 });
  });

  it('leaves with her last reference', async () => {
    const path = await openCollection('Ann');
    const { references, total } = (await ask('GET', `${path}/references?key=Ann`)).json as {
      references: { referenceId: string }[];
      total: number;
    };
    expect(total).toBe(1);
    const one = `${path}/references/${references[0]!.referenceId}`;
    expect((await ask('GET', one)).json).toMatchObject({ key: 'Ann', hasPicture: true });
    expect((await ask('GET', `${one}/picture`)).bytes.equals(ann)).toBe(true);
    expect((await ask('DELETE', one)).json).toMatchObject({ key: 'Ann' });
    expect((await ask('GET', one)).status).toBe(404);
    expect((await ask('GET', `${path}/persons/Ann`)).status).toBe(404);
  });

  it('is taken out by her key', async () => {
    const path = await openCollection('Ann', 'Bea');
    expect((await ask('DELETE', `${path}/persons/Bea`)).json).toEqual({ key: 'Bea' });
    expect((await ask('DELETE', `${path}/persons/Bea`)).status).toBe(404);
  });
});
