import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { keyOrAutomatic } from '../../../src/domain/gallery-rules.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { createFaces, type Faces } from '../../../src/services/faces.ts';
import { createPersons, type Persons } from '../../../src/services/persons.ts';
import { face } from '../../fixtures/gallery/faces.ts';

let gallery: Gallery;
let faces: Faces;
let persons: Persons;
let main: Uuid;
let side: Uuid;
let hidden: Uuid;

beforeEach(async () => {
  gallery = openMemoryGallery();
  faces = createFaces({ gallery });
  persons = createPersons({ gallery });
  [main, side, hidden] = (await Promise.all(
    ['main', 'side', 'hidden'].map(async (slug) => (await gallery.createCollection(slug, slug)).id),
  )) as [Uuid, Uuid, Uuid];
});

const placesOf = async (number: number) =>
  (await gallery.findFace(number, [main, side, hidden])).map(({ collectionId }) => collectionId);

describe('a face', () => {
  it('is put into the collections that are wanted and taken from the others, where the caller reaches', async () => {
    const { number, id } = await gallery.enrol(main, 'Ann', face([1, 0]));
    await gallery.changeReferences([{ kind: 'copy', collectionId: main, referenceId: id, to: hidden }]);
    const changed = await faces.change(number, [main, side], { text: 'Ann', collectionIds: [side] });
    expect(changed.references).toMatchObject([{ collectionId: side, text: 'Ann', key: 'Ann' }]);
    expect((await placesOf(number)).toSorted()).toEqual([side, hidden].toSorted());
    await expect(faces.change(number, [side], { collectionIds: [] })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await faces.remove(number, [main, side]);
    expect(await placesOf(number)).toEqual([hidden]);
    await expect(faces.remove(number, [main, side])).rejects.toMatchObject({ code: 'reference-unknown' });
    await expect(faces.get(number, [main])).rejects.toMatchObject({ code: 'reference-unknown' });
  });

  it('is given to another person with all its siblings', async () => {
    const { number, personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
    const bob = await gallery.enrol(main, 'Bob', face([0, 1]));
    await faces.change(number, [main, side], { collectionIds: [main, side] });
    const changed = await faces.change(number, [main, side], {
      personId: bob.personId,
      metadata: { photo: 'a' },
    });
    expect(changed.references).toMatchObject([
      { collectionId: main, personId: bob.personId, key: 'Bob', metadata: { photo: 'a' } },
      { collectionId: side, personId: bob.personId, metadata: { photo: 'a' } },
    ]);
    expect(await gallery.findPerson(personId)).toBeUndefined();
  });

  it('has a legal key, or an automatic one', () => {
    expect(['Ann', 'x'.repeat(257), '', 'a\0b'].map(keyOrAutomatic)).toEqual(['Ann', null, null, null]);
  });
});

describe('a person', () => {
  it('is there for those who reach a place of hers', async () => {
    const { personId } = await gallery.addPerson(main, 'Ann');
    await gallery.placePerson(hidden, personId, 'A');
    const person = (await gallery.findPerson(personId))!;
    expect(await persons.get(personId, [side, main])).toMatchObject({ person, places: [{ key: 'Ann' }] });
    expect(await persons.getByNumber(person.number, [hidden, main])).toMatchObject({
      places: [{ key: 'A' }, { key: 'Ann' }],
    });
    const unreached = { code: 'person-unknown' };
    await expect(persons.get(personId, [side])).rejects.toMatchObject(unreached);
    await expect(persons.getByNumber(9, [main])).rejects.toMatchObject(unreached);
    await expect(persons.update(personId, [side], { name: 'x' })).rejects.toMatchObject(unreached);
    await expect(persons.remove(personId, [side])).rejects.toMatchObject(unreached);
    const { person: renamed } = await persons.update(personId, [main], { name: 'Ann Smith' });
    expect(renamed.name).toBe('Ann Smith');
    expect(await persons.remove(personId, [main])).toBe(0);
    expect(await gallery.listPlaces(personId)).toMatchObject([{ collectionId: hidden }]);
  });

  it('is listed once, page by page', async () => {
    for (const key of ['a', 'b', 'c']) {
      const { personId } = await gallery.addPerson(main, key);
      if (key !== 'b') await gallery.placePerson(side, personId, `${key} too`);
    }
    await gallery.addPerson(side, 'd');
    await gallery.addPerson(hidden, 'e');
    const found = [];
    for (;;) {
      const after = found.at(-1)?.places[0];
      const page = await persons.list([main, side], { limit: 2, ...(after && { after }) });
      found.push(...page);
      if (page.length < 2) break;
    }
    expect(found.map(({ places }) => places.map(({ key }) => key))).toEqual([
      ['a', 'a too'],
      ['b'],
      ['c', 'c too'],
      ['d'],
    ]);
  });
});
