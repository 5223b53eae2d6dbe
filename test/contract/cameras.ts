import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  defaultCameraId,
  defaultGroupId,
  type NewCamera,
  type NewCameraGroup,
  usualCamera,
} from '../../src/domain/camera.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Cameras } from '../../src/domain/ports/cameras.ts';
import type { OpenedPart, OpenPart } from './opened-part.ts';

const unknownId = '00000000-0000-1000-8000-000000000000';
const collectionId = '00000000-0000-1000-8000-000000000001';
const officeGroup: NewCameraGroup = {
  accountId: '00000000-0000-1000-8000-000000000002',
  name: 'Office',
  searches: [{ collectionId, onFound: 'open', onFailed: '' }],
};
const wholeCamera: NewCamera = {
  groupId: defaultGroupId,
  accountId: '00000000-0000-1000-8000-000000000002',
  name: 'front door',
  text: 'behind the plant',
  enabled: false,
  url: 'rtsp://user:secret@10.0.0.9:554/stream?key=1',
  detector: 'nnd',
  trackingRegion: { x: 1, y: 2, width: 640, height: 480 },
  interestRegion: { x: 3, y: 4, width: 320, height: 240 },
  features: ['gender', 'race'],
  newPersons: { when: { maxFmr: 1e-4 }, minFacePixels: 50, maxYaw: 30, collectionIds: [collectionId] },
};

/** What every keeper of cameras promises. */
export function camerasContract(name: string, open: OpenPart<Cameras>): void {
  describe(name, () => {
    let now: number;
    let opened: OpenedPart<Cameras>;
    const cameras = () => opened.port();
    const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);

    beforeEach(async () => {
      now = 1_800_000_000_000;
      opened = await open({ nowMs: () => now, nextId: createIdSource(() => now) });
    });
    afterEach(() => opened.close());

    test('begins with the default group and the default camera in it', async () => {
      const group = { id: defaultGroupId, name: 'Default group', searches: [], createdAtMs: now };
      const camera = { ...usualCamera, id: defaultCameraId, name: 'Default source', createdAtMs: now };
      expect(await cameras().listGroups()).toEqual([group]);
      expect(await cameras().listCameras()).toEqual([camera]);
      now += 5;
      await opened.again();
      expect(await cameras().findGroup(defaultGroupId)).toEqual(group);
      expect(await cameras().findCamera(defaultCameraId)).toEqual(camera);
    });

    test('lets the default ones be changed, and never removed', async () => {
      await cameras().updateGroup(defaultGroupId, { searches: officeGroup.searches });
      await cameras().updateCamera(defaultCameraId, { name: 'lobby' });
      const { id } = await cameras().addCamera(wholeCamera);
      const fixed = { code: 'camera-fixed' };
      await expect(cameras().removeGroups([defaultGroupId])).rejects.toMatchObject(fixed);
      await expect(cameras().removeCameras([id, defaultCameraId])).rejects.toMatchObject(fixed);
      await opened.again();
      expect(await cameras().listGroups()).toMatchObject([{ searches: officeGroup.searches }]);
      expect(await cameras().listCameras()).toMatchObject([{ name: 'lobby' }, { id }]);
    });

    test('keeps all of a group and of a camera', async () => {
      const group = await cameras().addGroup(officeGroup);
      now += 5;
      const camera = await cameras().addCamera({ ...wholeCamera, groupId: group.id });
      await opened.again();
      expect(group).toEqual({ ...officeGroup, id: group.id, createdAtMs: now - 5 });
      expect(camera).toEqual({ ...wholeCamera, groupId: group.id, id: camera.id, createdAtMs: now });
      expect(await cameras().findGroup(group.id)).toEqual(group);
      expect(await cameras().findCamera(camera.id)).toEqual(camera);
      expect(camera.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1/);
    });

    test('lists in the order of making, cameras also by group', async () => {
      const one = await cameras().addGroup(officeGroup);
      const other = await cameras().addGroup({ ...officeGroup, name: 'Yard' });
      const groupIds = [other.id, one.id, other.id, defaultGroupId];
      const made = [];
      for (const groupId of groupIds) made.push(await cameras().addCamera({ ...wholeCamera, groupId }));
      await opened.again();
      expect(idsOf(await cameras().listGroups())).toEqual([defaultGroupId, one.id, other.id]);
      expect(idsOf(await cameras().listCameras())).toEqual([defaultCameraId, ...idsOf(made)]);
      expect(idsOf(await cameras().listCameras(other.id))).toEqual([made[0]!.id, made[2]!.id]);
      expect(await cameras().listCameras(unknownId)).toEqual([]);
    });

    test('changes what is named, takes away what may be absent, and leaves the rest', async () => {
      const group = await cameras().addGroup(officeGroup);
      const camera = await cameras().addCamera(wholeCamera);
      const changed = await cameras().updateCamera(camera.id, {
        ...{ groupId: group.id, enabled: true, url: null, interestRegion: null },
      });
      const { url: _, interestRegion: __, ...rest } = camera;
      expect(changed).toEqual({ ...rest, groupId: group.id, enabled: true });
      const renamed = await cameras().updateGroup(group.id, { name: 'Yard' });
      expect(renamed).toEqual({ ...group, name: 'Yard' });
      await opened.again();
      expect(await cameras().findCamera(camera.id)).toEqual(changed);
      expect(await cameras().findGroup(group.id)).toEqual(renamed);
      expect(idsOf(await cameras().listCameras(group.id))).toEqual([camera.id]);
      expect(idsOf(await cameras().listCameras(defaultGroupId))).toEqual([defaultCameraId]);
    });

    test('removes groups with their cameras, and cameras, and tells which', async () => {
      const group = await cameras().addGroup(officeGroup);
      const inGroup = await cameras().addCamera({ ...wholeCamera, groupId: group.id });
      const [one, other] = [await cameras().addCamera(wholeCamera), await cameras().addCamera(wholeCamera)];
      expect(await cameras().removeGroups([unknownId, group.id, group.id])).toEqual([group]);
      expect(await cameras().removeCameras([one.id, 'no uuid', inGroup.id, one.id])).toEqual([one]);
      await opened.again();
      expect(idsOf(await cameras().listCameras())).toEqual([defaultCameraId, other.id]);
      expect(await cameras().findCamera(inGroup.id)).toBeUndefined();
      expect(await cameras().findGroup(group.id)).toBeUndefined();
      expect(await cameras().removeCameras([])).toEqual([]);
    });

    test('refuses what is unknown, too long or too much, and changes nothing', async () => {
      const camera = await cameras().addCamera(wholeCamera);
      const url = `rtsp://${'x'.repeat(3_000)}`;
      const searches = Array.from({ length: 101 }, () => officeGroup.searches[0]!);
      const refusals: [() => Promise<unknown>, string][] = [
        [() => cameras().addCamera({ ...wholeCamera, groupId: unknownId }), 'camera-group-unknown'],
        [() => cameras().updateCamera(camera.id, { groupId: unknownId }), 'camera-group-unknown'],
        [() => cameras().updateCamera(unknownId, { name: 'a' }), 'camera-unknown'],
        [() => cameras().updateGroup(unknownId, { name: 'a' }), 'camera-group-unknown'],
        [() => cameras().updateCamera(camera.id, { url }), 'bad-input'],
        [() => cameras().addCamera({ ...wholeCamera, text: 'x'.repeat(5_000) }), 'bad-input'],
        [() => cameras().addGroup({ ...officeGroup, searches }), 'bad-input'],
      ];
      for (const [refusal, code] of refusals) await expect(refusal()).rejects.toMatchObject({ code });
      await opened.again();
      expect(await cameras().findCamera(camera.id)).toEqual(camera);
      expect(idsOf(await cameras().listCameras())).toEqual([defaultCameraId, camera.id]);
      expect(idsOf(await cameras().listGroups())).toEqual([defaultGroupId]);
    });

    test('keeps a thousand cameras and no more', async () => {
      await Promise.all(Array.from({ length: 999 }, () => cameras().addCamera(wholeCamera)));
      await expect(cameras().addCamera(wholeCamera)).rejects.toMatchObject({ code: 'bad-input' });
      expect(await cameras().listCameras()).toHaveLength(1_000);
    });
  });
}
