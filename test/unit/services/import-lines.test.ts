import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { vectorBytes } from '../../../src/domain/gallery-digest.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { importFace, importPerson } from '../../../src/services/import-lines.ts';
import { face } from '../../fixtures/gallery/faces.ts';

const places = [{ collection: 'door', key: 'Cara' }];
const suspended = { name: 'Cara', metadata: {}, status: 'suspended', places };
const { template, ...looks } = face([1, 0]);
const herFace = {
  ...looks,
  template: {
    modelId: template.modelId,
    vector: Buffer.from(vectorBytes(template.vector)).toString('base64'),
  },
  places: [{ ...places[0], text: '', metadata: {} }],
};
const noPicture = async () => new Uint8Array();

it('a person whose line is refused is not there, and her faces make her none who may be found', async () => {
  await using gallery = openMemoryGallery();
  const { id } = await gallery.createCollection('door', 'Door');
  const metadata = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`name ${at}`, 'x']));
  const line = { ...suspended, metadata };
  await expect(importPerson(gallery, line, 0)).rejects.toMatchObject({ code: 'bad-input' });
  expect(await gallery.listMemberships(id)).toEqual([]);
  await expect(importFace(gallery, herFace, noPicture)).rejects.toMatchObject({ code: 'person-unknown' });
  expect(gallery.counts()).toMatchObject({ persons: 0, references: 0 });
  expect(await importPerson(gallery, suspended, 0)).toBe('added');
  expect(await importFace(gallery, herFace, noPicture)).toBe('added');
  expect(await importFace(gallery, herFace, noPicture)).toBe('present');
});

it('a person is suspended from her first write on', async () => {
  await using gallery = openMemoryGallery();
  const { id } = await gallery.createCollection('door', 'Door');
  const cutShort = withOwn<Gallery>(gallery, {
    updatePerson: () => Promise.reject(new Error('The process has ended')),
  });
  await importPerson(cutShort, { ...suspended, validUntil: '1970-01-01T00:00:00.005Z' }, 0);
  const { personId } = (await gallery.findMembership(id, 'Cara'))!;
  expect(await gallery.findPerson(personId)).toMatchObject({ status: 'suspended', validUntilMs: 5 });
});
