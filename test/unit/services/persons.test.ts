import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { createPersons } from '../../../src/services/persons.ts';

it('who takes the key of one that is being removed stays', async () => {
  await using gallery = openMemoryGallery();
  const { id } = await gallery.createCollection('door', 'Door');
  const { personId } = await gallery.addPerson(id, 'Ann');
  const meanwhile = withOwn<Gallery>(gallery, {
    async removeMembership(...wish) {
      await gallery.renameMembership(id, 'Ann', 'Anna');
      await gallery.addPerson(id, 'Ann');
      return gallery.removeMembership(...wish);
    },
  });
  const removing = createPersons({ gallery: meanwhile }).remove(personId, [id]);
  await expect(removing).rejects.toMatchObject({ code: 'person-unknown' });
  expect((await gallery.listMemberships(id)).map(({ key }) => key)).toEqual(['Ann', 'Anna']);
});
