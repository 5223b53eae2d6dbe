import {
  type Camera,
  type CameraGroup,
  cameraGroupUnknown,
  cameraUnknown,
  changedBy,
  checkCamera,
  checkCameraGroup,
  checkRemovable,
  checkRoom,
  firstCameras,
} from '../../../domain/camera.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Cameras } from '../../../domain/ports/cameras.ts';

export type MemoryCamerasOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

/** Cameras that last as long as the process. */
export function openMemoryCameras(options: MemoryCamerasOptions = {}): Cameras {
  const nowMs = options.nowMs ?? Date.now;
  const nextId = options.nextId ?? createIdSource(nowMs);
  const { group, camera } = firstCameras(nowMs());
  const groups = new Map<Uuid, CameraGroup>([[group.id, group]]);
  const cameras = new Map<Uuid, Camera>([[camera.id, camera]]);
  const checkGroup = (id: Uuid) => {
    if (!groups.has(id)) throw cameraGroupUnknown();
  };

  return {
    async addGroup(wish) {
      checkCameraGroup(wish);
      checkRoom('groups', groups.size);
      const added = { ...structuredClone(wish), id: nextId(), createdAtMs: nowMs() };
      groups.set(added.id, added);
      return added;
    },
    findGroup: async (id) => groups.get(id),
    listGroups: async () => [...groups.values()],
    async updateGroup(id, change) {
      checkCameraGroup(change);
      const found = groups.get(id);
      if (!found) throw cameraGroupUnknown();
      const changed = changedBy(found, structuredClone(change));
      groups.set(id, changed);
      return changed;
    },
    async removeGroups(ids) {
      checkRemovable(ids);
      const going = takeAll(groups, ids);
      const gone = new Set(going.map(({ id }) => id));
      for (const { id, groupId } of cameras.values()) if (gone.has(groupId)) cameras.delete(id);
      return going;
    },
    async addCamera(wish) {
      checkCamera(wish);
      checkGroup(wish.groupId);
      checkRoom('cameras', cameras.size);
      const added = { ...structuredClone(wish), id: nextId(), createdAtMs: nowMs() };
      cameras.set(added.id, added);
      return added;
    },
    findCamera: async (id) => cameras.get(id),
    listCameras: async (groupId) =>
      [...cameras.values()].filter((one) => groupId === undefined || one.groupId === groupId),
    async updateCamera(id, change) {
      checkCamera(change);
      const found = cameras.get(id);
      if (!found) throw cameraUnknown();
      const changed = changedBy(found, structuredClone(change));
      checkGroup(changed.groupId);
      cameras.set(id, changed);
      return changed;
    },
    async removeCameras(ids) {
      checkRemovable(ids);
      return takeAll(cameras, ids);
    },
  };
}

/** Takes the values of these keys out and answers them. */
function takeAll<V>(map: Map<string, V>, keys: readonly string[]): V[] {
  return keys.flatMap((key) => {
    const value = map.get(key);
    return map.delete(key) ? [value!] : [];
  });
}
