import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FaceCrop, Template } from '../../src/domain/face.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import type { SwitchWish, TemplateModels } from '../../src/domain/ports/template-models.ts';
import { face, pictured, unit } from '../fixtures/gallery/faces.ts';
import { tellingFace, turned, turnedModel } from '../fixtures/gallery/telling-crops.ts';
import type { GalleryClock } from './gallery.ts';

export type OpenModels = (
  clock: GalleryClock,
) => Promise<{ gallery: Gallery; templateModels: TemplateModels }>;

/** What every gallery promises of a change of its embedding model. */
export function templateModelsContract(name: string, open: OpenModels): void {
  describe(name, () => {
    let gallery: Gallery;
    let models: TemplateModels;
    let door: Uuid;
    const nowMs = () => 1_800_000_000_000;

    beforeEach(async () => {
      const store = await open({ nowMs, nextId: createIdSource(nowMs) });
      gallery = store.gallery;
      models = store.templateModels;
      door = (await gallery.createCollection('door', 'Door')).id;
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const wish = (more: Partial<SwitchWish> = {}): SwitchWish => ({
      modelId: 'model-b',
      embed: turnedModel('model-b'),
      signal: new AbortController().signal,
      onProgress: async () => undefined,
      graceMs: 0,
      ...more,
    });
    const find = async (modelId: string, probe: Float32Array): Promise<string[]> => {
      const ask = {
        collectionIds: [door],
        modelId,
        probes: [probe],
        limit: 9,
        minScore: 0.99,
        distinctPersons: true,
      };
      const [candidates] = await gallery.search(ask);
      return candidates!.map(({ key }) => key);
    };

    const people = 40;
    /** Enrols people and cuts a change short when it has made some of their templates; tells the digest of before. */
    const enrolAndStop = async (): Promise<string> => {
      for (let at = 0; at < people; at++) await gallery.enrol(door, `p-${at}`, tellingFace([at, 1, 5]));
      const before = await gallery.digest();
      const stop = new AbortController();
      let embedded = 0;
      const embed = async (crop: FaceCrop): Promise<Template | undefined> => {
        if (++embedded === 25) stop.abort(new Error('stopped'));
        return turnedModel('model-b')(crop);
      };
      await expect(models.switchTo(wish({ embed, signal: stop.signal }))).rejects.toThrow('stopped');
      return before;
    };

    test('serves no model by name before a change, and enrols templates of any', async () => {
      await gallery.enrol(door, 'Ann', face([1, 2]));
      await gallery.enrol(door, 'Bea', face([1, 2], { modelId: 'model-b' }));
      expect(models.serving()).toBeUndefined();
      expect(await models.listLeft({ limit: 9 })).toEqual([]);
    });

    test('finds everybody by the new model once it is changed, and nobody by the old one', async () => {
      for (const [at, key] of ['Ann', 'Bea', 'Cid'].entries())
        await gallery.enrol(door, key, tellingFace([at, 1, 5]));
      expect(await models.switchTo(wish())).toEqual({ embedded: 3, left: 0 });
      expect(models.serving()).toBe('model-b');
      expect(await find('model-b', turned([1, 1, 5]))).toEqual(['Bea']);
      expect(await find('model-a', unit(1, 1, 5))).toEqual([]);
      expect(await gallery.countSearchable([door])).toBe(3);
      const { references } = await gallery.listReferences(door, { offset: 0, limit: 1 });
      const { template } = (await gallery.findReference(door, references[0]!.id))!;
      expect(template).toEqual({ modelId: 'model-b', vector: turned([0, 1, 5]) });
    });

    test('finds by the old model until all templates of the new one are there', async () => {
      for (let at = 0; at < 40; at++) await gallery.enrol(door, `p-${at}`, tellingFace([at, 1, 5]));
      const found: string[][] = [];
      const embed = async (crop: FaceCrop): Promise<Template | undefined> => {
        found.push(await find('model-a', unit(3, 1, 5)));
        expect(models.serving()).toBeUndefined();
        return turnedModel('model-b')(crop);
      };
      await models.switchTo(wish({ embed }));
      expect(found).toHaveLength(40);
      expect(found.every(([first]) => first === 'p-3')).toBe(true);
      expect((await find('model-b', turned([3, 1, 5])))[0]).toBe('p-3');
    });

    test('takes along who is enrolled, leaves and moves meanwhile', async () => {
      await gallery.enrol(door, 'Ann', tellingFace([1, 0, 0]));
      await gallery.enrol(door, 'Bea', tellingFace([0, 1, 0]));
      const { personId } = await gallery.enrol(door, 'Cid', tellingFace([1, 1, 0]));
      let isFirst = true;
      const embed = async (crop: FaceCrop): Promise<Template | undefined> => {
        if (isFirst) {
          isFirst = false;
          await gallery.enrol(door, 'Dan', tellingFace([0, 0, 1]));
          await gallery.renameMembership(door, 'Ann', 'Ada');
          await gallery.renameMembership(door, 'Bea', 'Ada');
          await gallery.erase(personId);
        }
        return turnedModel('model-b')(crop);
      };
      await models.switchTo(wish({ embed }));
      expect(await find('model-b', turned([0, 0, 1]))).toEqual(['Dan']);
      expect(await find('model-b', turned([1, 0, 0]))).toEqual(['Ada']);
      expect(await find('model-b', turned([0, 1, 0]))).toEqual(['Ada']);
      expect(await find('model-b', turned([1, 1, 0]))).toEqual([]);
    });

    test('takes along whose enrolment is under way when all others are there', async () => {
      await gallery.enrol(door, 'Ann', tellingFace([1, 0, 0]));
      let enrolling: Promise<unknown> | undefined;
      const onProgress = async () => {
        enrolling ??= gallery.enrol(door, 'Dan', tellingFace([0, 0, 1]));
      };
      await models.switchTo(wish({ onProgress }));
      await enrolling;
      expect(await find('model-b', turned([0, 0, 1]))).toEqual(['Dan']);
    });

    test('leaves references from whose crops no template can be made, and lists them', async () => {
      await gallery.enrol(door, 'Ann', tellingFace([1, 2]));
      const bare = await gallery.enrol(door, 'Bea', face([3, -2]));
      const mute = await gallery.enrol(door, 'Cid', pictured([2, 2], 'Cid'));
      expect(await models.switchTo(wish())).toEqual({ embedded: 1, left: 2 });
      const listed = [bare, mute].map(({ id: referenceId, number, personId }) => {
        return { number, referenceId, personId, collectionId: door };
      });
      expect(await models.listLeft({ limit: 9 })).toEqual(listed);
      expect(await models.listLeft({ limit: 1 })).toEqual(listed.slice(0, 1));
      expect(await models.listLeft({ after: bare.number, limit: 9 })).toEqual(listed.slice(1));
      expect(await find('model-b', unit(3, -2))).toEqual([]);
      expect((await gallery.findReference(door, bare.id))?.template).toEqual(bare.template);
    });

    test('enrols from then on templates of the new model alone', async () => {
      await gallery.enrol(door, 'Ann', tellingFace([1, 2]));
      await models.switchTo(wish());
      await expect(gallery.enrol(door, 'Bea', tellingFace([1, 2]))).rejects.toMatchObject({
        code: 'starting',
      });
      await gallery.enrol(door, 'Bea', tellingFace([7, 2], 'model-b'));
      expect(await find('model-b', unit(7, 2))).toEqual(['Bea']);
      expect(await models.switchTo(wish({ modelId: 'model-c', embed: turnedModel('model-c') }))).toEqual({
        ...{ embedded: 2, left: 0 },
      });
      expect(await find('model-c', turned([7, 2]))).toEqual(['Bea']);
    });

    test('changes nothing when it is cut short, and goes on the next time', async () => {
      const before = await enrolAndStop();
      expect(models.serving()).toBeUndefined();
      expect(await gallery.digest()).toBe(before);
      expect((await find('model-a', unit(3, 1, 5)))[0]).toBe('p-3');
      const { embedded: rest } = await models.switchTo(wish());
      // What the first call has made is not made again.
      expect(rest).toBeLessThan(people);
      expect((await find('model-b', turned([3, 1, 5])))[0]).toBe('p-3');
    });

    test('keeps finding everybody when a change follows one that was cut short after its decision', async () => {
      for (let at = 0; at < people; at++) await gallery.enrol(door, `p-${at}`, tellingFace([at, 1, 5]));
      const stop = new AbortController();
      const first = models.switchTo(wish({ graceMs: 60_000, signal: stop.signal })).catch(() => undefined);
      await vi.waitFor(() => expect(models.serving()).toBe('model-b'));
      stop.abort(new Error('stopped'));
      await first;
      let embedded = 0;
      const embed = async (crop: FaceCrop): Promise<Template | undefined> => {
        if (++embedded === 25) throw new Error('stopped');
        return turnedModel('model-c')(crop);
      };
      await expect(models.switchTo(wish({ modelId: 'model-c', embed }))).rejects.toThrow('stopped');
      const whoever = async (modelId: string) =>
        await Promise.all(
          Array.from({ length: people }, async (_, at) => (await find(modelId, turned([at, 1, 5])))[0]),
        );
      const everybody = Array.from({ length: people }, (_, at) => `p-${at}`);
      expect(await whoever('model-b')).toEqual(everybody);
      const { references } = await gallery.listReferences(door, { offset: 0, limit: people });
      const faces = references.map(({ id }) => gallery.findReference(door, id));
      const modelIds = (await Promise.all(faces)).map((each) => each?.template.modelId);
      expect(modelIds).toEqual(everybody.map(() => 'model-b'));
      await models.switchTo(wish({ modelId: 'model-c', embed: turnedModel('model-c') }));
      expect(await whoever('model-c')).toEqual(everybody);
    });

    test('can be given up', async () => {
      const before = await enrolAndStop();
      await models.discard();
      expect(await gallery.digest()).toBe(before);
      expect(await find('model-b', turned([3, 1, 5]))).toEqual([]);
      expect(await gallery.countSearchable([door])).toBe(people);
      expect((await find('model-a', unit(3, 1, 5)))[0]).toBe('p-3');
    });
  });
}
