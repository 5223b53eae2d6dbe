import { beforeEach, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { createPeople } from '../../../src/services/people.ts';
import { createPictureLinks, type PictureLinks } from '../../../src/services/picture-links.ts';
import { createSigning } from '../../../src/services/signing.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

const unknown = { code: 'reference-unknown' };
const signing = createSigning(Buffer.alloc(32, 1));

let gallery: Gallery;
let links: PictureLinks;
let collectionId: string;
let nowMs: number;
beforeEach(async () => {
  gallery = openMemoryGallery();
  nowMs = 1_800_000_000_000;
  collectionId = (await gallery.createCollection('main', '')).id;
  const vision = {} as Vision;
  const people = createPeople({ gallery, vision, pictures: 'full', scoreTable: () => undefined });
  links = createPictureLinks({ signing, people, latestMs: () => nowMs });
});

it('shows the picture, or the crop where it was not kept', async () => {
  const { picture: _, ...bare } = pictured([0, 1], 'bob');
  const ann = await gallery.enrol(collectionId, 'Ann', pictured([1, 0], 'ann'));
  const bob = await gallery.enrol(collectionId, 'Bob', bare);
  const shown = async ({ id: referenceId }: { id: string }) =>
    Buffer.from(await links.open(links.write({ collectionId, referenceId }))).toString();
  expect(await shown(ann)).toBe('picture of ann');
  expect(await shown(bob)).toBe('crop of bob');
});

it('stays the same for an hour', async () => {
  const { id: referenceId } = await gallery.enrol(collectionId, 'Ann', pictured([1, 0], 'ann'));
  const write = () => links.write({ collectionId, referenceId });
  nowMs += 1;
  const link = write();
  nowMs += 3_599_999;
  expect(write()).toBe(link);
  nowMs += 1;
  expect(write()).not.toBe(link);
  nowMs += 23 * 3_600_000 - 2;
  await links.open(link);
  nowMs += 3_600_001;
  await expect(links.open(link)).rejects.toMatchObject(unknown);
});

it('shows nothing a day later, of who has gone, and to who has made it up', async () => {
  const { id: referenceId } = await gallery.enrol(collectionId, 'Ann', pictured([1, 0], 'ann'));
  const link = links.write({ collectionId, referenceId });
  expect(link).toMatch(/^[\w-]+$/);
  await expect(links.open(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`)).rejects.toMatchObject(
    unknown,
  );
  await expect(links.open('')).rejects.toMatchObject(unknown);
  nowMs += 86_400_000 - 1;
  await links.open(link);
  nowMs += 1;
  await expect(links.open(link)).rejects.toMatchObject(unknown);
  nowMs -= 1;
  await gallery.removeMembership(collectionId, 'Ann');
  await expect(links.open(link)).rejects.toMatchObject(unknown);
});
