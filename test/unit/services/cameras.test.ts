import { describe, expect, it } from 'vitest';
import { openMemoryCameras } from '../../../src/adapters/cameras/memory/open-memory-cameras.ts';
import { defaultCameraId, defaultGroupId, usualCamera } from '../../../src/domain/camera.ts';
import { type Credential, localAdmin } from '../../../src/domain/credential.ts';
import { createCameras } from '../../../src/services/cameras.ts';

const of = (account: number): Credential => ({
  ...localAdmin,
  id: `00000000-0000-1000-8000-00000000000${account}`,
  right: 'write',
  reach: [],
});
const [ann, bea] = [of(1), of(2)];
const annsToken: Credential = { ...of(3), ownerId: ann.id };
const open = () => createCameras({ cameras: openMemoryCameras() });

describe('cameras', () => {
  it('are seen by the account that made them and by who reaches all, the default one by everybody', async () => {
    const cameras = open();
    const { id } = await cameras.add(annsToken, { name: 'hers' });
    const shared = await cameras.add(localAdmin, { name: 'for all' });
    const seenBy = async (caller: Credential) => (await cameras.list(caller)).map((camera) => camera.id);
    for (const caller of [ann, annsToken, localAdmin]) {
      expect(await seenBy(caller)).toEqual([defaultCameraId, id, shared.id]);
    }
    expect(await seenBy(bea)).toEqual([defaultCameraId, shared.id]);
    await expect(cameras.get(bea, id)).rejects.toMatchObject({ code: 'camera-unknown' });
    await expect(cameras.update(bea, id, { name: 'mine' })).rejects.toMatchObject({ code: 'camera-unknown' });
    expect(await cameras.remove(bea, [id])).toEqual([]);
    expect(await cameras.get(ann, id)).toMatchObject({ name: 'hers', accountId: ann.id });
    expect(await cameras.remove(ann, [id])).toHaveLength(1);
  });

  it('that are everybody’s are changed and removed by who reaches all, and by nobody else', async () => {
    const cameras = open();
    const shared = await cameras.add(localAdmin, { name: 'for all' });
    const yard = await cameras.addGroup(localAdmin, { name: 'Yard' });
    const refusals = [
      () => cameras.update(ann, shared.id, { name: 'mine' }),
      () =>
        cameras.update(ann, defaultCameraId, { newPersons: { ...usualCamera.newPersons, when: 'unknown' } }),
      () => cameras.updateGroup(ann, yard.id, { name: 'Mine' }),
      () => cameras.updateGroup(ann, defaultGroupId, { searches: [] }),
      () => cameras.remove(ann, [shared.id]),
      () => cameras.removeGroups(ann, [yard.id]),
    ];
    for (const refusal of refusals) await expect(refusal()).rejects.toMatchObject({ code: 'forbidden' });
    for (const removal of [
      cameras.remove(ann, [defaultCameraId]),
      cameras.removeGroups(ann, [defaultGroupId]),
    ])
      await expect(removal).rejects.toMatchObject({ code: 'camera-fixed' });
    expect(await cameras.get(ann, shared.id)).toEqual(shared);
    expect(await cameras.update(localAdmin, defaultCameraId, { name: 'Door' })).toMatchObject({
      name: 'Door',
    });
    expect(await cameras.updateGroup(localAdmin, yard.id, { name: 'Garden' })).toMatchObject({
      name: 'Garden',
    });
    expect(await cameras.remove(localAdmin, [shared.id])).toEqual([shared]);
    expect(await cameras.removeGroups(localAdmin, [yard.id])).toHaveLength(1);
  });

  it('have an address that opens them for their owners only', async () => {
    const cameras = open();
    const url = 'rtsp://root:secret@10.0.0.9/1';
    const shared = await cameras.add(localAdmin, { url });
    const own = await cameras.add(ann, { url });
    const urlsFor = async (caller: Credential) => [
      ...(await cameras.list(caller)).flatMap((camera) => camera.url ?? []),
      (await cameras.get(caller, shared.id)).url,
    ];
    expect(await urlsFor(localAdmin)).toEqual([url, url, url]);
    expect(await urlsFor(annsToken)).toEqual(['rtsp://10.0.0.9/…', url, 'rtsp://10.0.0.9/…']);
    expect(await urlsFor(bea)).toEqual(['rtsp://10.0.0.9/…', 'rtsp://10.0.0.9/…']);
    expect(own.url).toBe(url);
  });

  it('are as usual where nothing else is said', async () => {
    const { id, createdAtMs, ...camera } = await open().add(localAdmin, {});
    expect(camera).toEqual(usualCamera);
  });

  it('stand in groups that their owner sees', async () => {
    const cameras = open();
    const group = await cameras.addGroup(ann, { name: 'Office' });
    const { id } = await cameras.add(ann, { groupId: group.id });
    expect((await cameras.list(ann, group.id)).map((camera) => camera.id)).toEqual([id]);
    const elsewhere = await cameras.add(bea, {});
    const refusals = [
      () => cameras.add(bea, { groupId: group.id }),
      () => cameras.update(bea, elsewhere.id, { groupId: group.id }),
      () => cameras.list(bea, group.id),
      () => cameras.getGroup(bea, group.id),
      () => cameras.updateGroup(bea, group.id, { name: 'Mine' }),
    ];
    for (const refusal of refusals) {
      await expect(refusal()).rejects.toMatchObject({ code: 'camera-group-unknown' });
    }
    expect(await cameras.removeGroups(bea, [group.id])).toEqual([]);
    expect(await cameras.removeGroups(ann, [group.id])).toEqual([group]);
    await expect(cameras.get(ann, id)).rejects.toMatchObject({ code: 'camera-unknown' });
  });
});

describe('groups of cameras', () => {
  it('have different names among those that somebody sees', async () => {
    const cameras = open();
    const exists = { code: 'camera-group-exists' };
    const [first, second] = await Promise.allSettled([
      cameras.addGroup(ann, { name: 'Office' }),
      cameras.addGroup(annsToken, { name: 'Office' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: exists });
    const others = await cameras.addGroup(bea, { name: 'Office' });
    const yard = await cameras.addGroup(ann, { name: 'Yard' });
    await expect(cameras.updateGroup(ann, yard.id, { name: 'Office' })).rejects.toMatchObject(exists);
    await expect(cameras.addGroup(bea, { name: 'Default group' })).rejects.toMatchObject(exists);
    expect(await cameras.updateGroup(ann, yard.id, { name: 'Yard', searches: [] })).toEqual(yard);
    expect((await cameras.listGroups(bea)).map(({ id }) => id)).toEqual([defaultGroupId, others.id]);
  });
});
