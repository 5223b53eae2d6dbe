import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { type Credential, localAdmin, type Reach, services } from '../../../src/domain/credential.ts';
import { createCollections } from '../../../src/services/collections.ts';

async function open() {
  const gallery = openMemoryGallery();
  const credentials = openMemoryCredentials();
  let secrets = 0;
  const caller = async (reach: Reach, ownerId?: string): Promise<Credential> => {
    const secretSha256 = (++secrets).toString(16).padStart(64, '0');
    const wish = { dialect: 'findface', services, right: 'write', reach, name: '' } as const;
    const credential = ownerId === undefined ? wish : { ...wish, ownerId };
    return (await credentials.add([{ secretSha256, credential }]))[0]!;
  };
  const again = async ({ id }: Credential) => (await credentials.find(id))!;
  const door = await gallery.createCollection('door', 'Front door');
  const safe = await gallery.createCollection('safe', 'Safe');
  const collections = createCollections({ gallery, credentials });
  return { gallery, credentials, collections, caller, again, door, safe };
}

const slugs = (found: readonly { slug: string }[]) => found.map(({ slug }) => slug);

describe('a caller', () => {
  it('sees the collections that she reaches, by id, slug or name, and no others', async () => {
    const { collections, caller, door, safe } = await open();
    const ann = await caller([door.id]);
    expect(await collections.list(ann)).toEqual([door]);
    for (const name of [door.id, 'door', 'Front door'])
      expect(await collections.get(ann, name)).toEqual(door);
    for (const name of [safe.id, 'safe', 'Safe', 'nowhere', '']) {
      await expect(collections.get(ann, name)).rejects.toMatchObject({ code: 'collection-unknown' });
    }
    await expect(collections.getAll(ann, ['door', 'safe'])).rejects.toMatchObject({
      code: 'collection-unknown',
    });
    expect(slugs(await collections.list(localAdmin))).toEqual(['door', 'safe']);
  });

  it('reaches what she makes from then on, and so does nobody else who reaches some', async () => {
    const { collections, caller, again, door } = await open();
    const ann = await caller([door.id]);
    const bea = await caller([door.id]);
    const made = await collections.create(ann, { name: 'staff' });
    expect(made).toMatchObject({ slug: 'staff', name: 'staff' });
    expect(await collections.get(await again(ann), 'staff')).toEqual(made);
    await expect(collections.get(await again(bea), 'staff')).rejects.toMatchObject({
      code: 'collection-unknown',
    });
    expect(await collections.get(localAdmin, 'staff')).toEqual(made);
  });

  it('whose rights are another’s makes collections for her, so that all of hers reach them', async () => {
    const { collections, caller, again, door } = await open();
    const ann = await caller([door.id]);
    const token = await caller([door.id], ann.id);
    const made = await collections.create(token, { name: 'staff' });
    expect((await again(ann)).reach).toEqual([door.id, made.id]);
  });

  it('is not told that others have a collection of that name, and gets her own', async () => {
    const { collections, caller, again, door, safe } = await open();
    const ann = await caller([door.id]);
    const made = await collections.create(ann, { name: 'safe' });
    expect(made).toMatchObject({ slug: 'safe-2', name: 'safe' });
    expect(made.id).not.toBe(safe.id);
    expect(await collections.get(await again(ann), 'safe')).toEqual(made);
    await expect(collections.create(await again(ann), { name: 'safe' })).rejects.toMatchObject({
      code: 'collection-exists',
    });
  });

  it.each([
    ['name', { name: 'door' }],
    ['slug', { name: 'Entrance', slug: 'door' }],
    ['slug that she does not reach', { name: 'Mine', slug: 'safe' }],
  ])('is refused one whose %s is taken', async (_what, wish) => {
    const { collections, caller, again, door, gallery } = await open();
    const ann = await caller([door.id]);
    await expect(collections.create(ann, wish)).rejects.toMatchObject({ code: 'collection-exists' });
    expect((await again(ann)).reach).toEqual([door.id]);
    expect(await gallery.listCollections()).toHaveLength(2);
  });

  it.each([
    ['Büro 3. Stock', 'B-ro-3-Stock'],
    ['группа', 'collection'],
    ['x'.repeat(100), 'x'.repeat(48)],
  ])('gets a slug for the name %s', async (name, slug) => {
    const { collections, caller } = await open();
    expect(await collections.create(await caller([]), { name })).toMatchObject({ name, slug });
  });

  it('makes one of two of the same name that she wants at once', async () => {
    const { collections, caller, credentials, door } = await open();
    const ann = await caller([door.id]);
    const both = [collections.create(ann, { name: 'staff' }), collections.create(ann, { name: 'staff' })];
    const outcomes = await Promise.allSettled(both);
    const made = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(made.length).toBe(1);
    expect((await credentials.find(ann.id))?.reach).toHaveLength(2);
  });

  it('reaches nothing of what somebody names like a collection that has gone', async () => {
    const { collections, caller, gallery } = await open();
    const gone = '00000000-0000-1000-8000-000000000009';
    const ann = await caller([gone]);
    await gallery.createCollection(gone, 'trap');
    expect(await collections.list(ann)).toEqual([]);
    await expect(collections.get(ann, gone)).rejects.toMatchObject({ code: 'collection-unknown' });
    await expect(collections.home(ann)).rejects.toMatchObject({ code: 'collection-unknown' });
  });

  it('is at home in the first that she was given, or in the default one', async () => {
    const { collections, caller, door, safe, gallery } = await open();
    expect(await collections.home(await caller([safe.id, door.id]))).toEqual(safe);
    await expect(collections.home(await caller([]))).rejects.toMatchObject({ code: 'collection-unknown' });
    const usual = await gallery.createCollection('default', 'Default');
    expect(await collections.home(await caller('all'))).toEqual(usual);
  });

  it('whose credential was revoked meanwhile makes nothing that she would reach', async () => {
    const { collections, caller, credentials, door } = await open();
    const ann = await caller([door.id]);
    await credentials.revoke(ann.id);
    await expect(collections.create(ann, { name: 'staff' })).rejects.toMatchObject({
      code: 'credential-unknown',
    });
  });
});

it('a collection that several want at once is made once', async () => {
  const { collections, gallery } = await open();
  const [one, other] = await Promise.all([collections.ensure('porch'), collections.ensure('porch')]);
  expect(one).toEqual(other);
  expect(slugs(await gallery.listCollections()).filter((slug) => slug === 'porch')).toHaveLength(1);
});

describe('a collection', () => {
  it('is changed, counted and removed by those who reach it', async () => {
    const { gallery, collections, caller, door, safe } = await open();
    const ann = await caller([door.id, safe.id]);
    const unreached = { code: 'collection-unknown' };
    const changed = await collections.update(ann, 'Front door', { slug: 'front', name: 'Front' });
    expect(changed).toMatchObject({ id: door.id, slug: 'front', name: 'Front' });
    expect(await collections.update(ann, 'front', { name: 'front' })).toMatchObject({ name: 'front' });
    await expect(collections.update(ann, 'front', { name: 'Safe' })).rejects.toMatchObject({
      code: 'collection-exists',
    });
    await expect(collections.update(ann, 'front', { slug: 'a b' })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await gallery.addPerson(door.id, 'Ann');
    expect(await collections.count(ann, 'front')).toEqual({ members: 1, references: 0 });
    const bea = await caller([door.id]);
    await expect(collections.count(bea, 'safe')).rejects.toMatchObject(unreached);
    await expect(collections.update(bea, 'safe', { name: 'x' })).rejects.toMatchObject(unreached);
    await expect(collections.remove(bea, 'safe')).rejects.toMatchObject(unreached);
    expect(await collections.remove(bea, 'front')).toEqual({ members: 1, references: 0 });
    expect(slugs(await collections.list(ann))).toEqual(['safe']);
  });
});
