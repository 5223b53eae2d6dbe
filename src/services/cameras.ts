import {
  type Camera,
  type CameraChange,
  type CameraGroup,
  type CameraGroupChange,
  cameraGroupUnknown,
  cameraUnknown,
  defaultCameraId,
  type NewCamera,
  type NewCameraGroup,
  redactedCamera,
  usualCamera,
} from '../domain/camera.ts';
import { accountOf, type Credential } from '../domain/credential.ts';
import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Cameras } from '../domain/ports/cameras.ts';
import { Turns } from '../primitives/turns.ts';

export type CameraWish = Partial<Omit<NewCamera, 'accountId'>>;
export type CameraGroupWish = Pick<NewCameraGroup, 'name'> & Partial<Pick<NewCameraGroup, 'searches'>>;

/**
 * Cameras and their groups, as a caller sees them: her account's own, and those that are everybody's, such as the default
 * ones. What she does not see is not there. Who reaches all collections sees all, and makes and changes what is everybody's;
 * for others it is `forbidden` to change or remove that, and they are not told what opens a camera's stream. Rejects as
 * `Cameras` does.
 */
export interface CameraService {
  /** `camera-group-exists` when she sees one of that name. */
  addGroup(caller: Credential, wish: CameraGroupWish): Promise<CameraGroup>;
  /** The default group first, then in the order of their making. */
  listGroups(caller: Credential): Promise<CameraGroup[]>;
  getGroup(caller: Credential, id: Uuid): Promise<CameraGroup>;
  /** `camera-group-exists` when she sees another of that name. */
  updateGroup(caller: Credential, id: Uuid, change: CameraGroupChange): Promise<CameraGroup>;
  /** With their cameras; tells which went. */
  removeGroups(caller: Credential, ids: readonly Uuid[]): Promise<CameraGroup[]>;

  /** What is not said is as usual: in the default group, enabled, without a name. */
  add(caller: Credential, wish: CameraWish): Promise<Camera>;
  /** The default camera first, then in the order of their making; of one group, or of all that she sees. */
  list(caller: Credential, groupId?: Uuid): Promise<Camera[]>;
  get(caller: Credential, id: Uuid): Promise<Camera>;
  update(caller: Credential, id: Uuid, change: CameraChange): Promise<Camera>;
  /** Tells which went. */
  remove(caller: Credential, ids: readonly Uuid[]): Promise<Camera[]>;
}

export function createCameras({ cameras }: { readonly cameras: Cameras }): CameraService {
  const groups = groupCalls(cameras);
  return { ...groups, ...cameraCalls(cameras, groups.getGroup) };
}

type GroupCalls = Pick<
  CameraService,
  'addGroup' | 'listGroups' | 'getGroup' | 'updateGroup' | 'removeGroups'
>;

function groupCalls(cameras: Cameras): GroupCalls {
  const turns = new Turns();
  const listGroups = async (caller: Credential) =>
    (await cameras.listGroups()).filter((group) => sees(caller, group));
  const getGroup = async (caller: Credential, id: Uuid) => {
    const group = await cameras.findGroup(id);
    if (!group || !sees(caller, group)) throw cameraGroupUnknown();
    return group;
  };
  /** Looking a name up and giving it away are one step. */
  const withName = (
    caller: Credential,
    name: string,
    id: Uuid | undefined,
    run: () => Promise<CameraGroup>,
  ) =>
    turns.take('names', async () => {
      const others = (await listGroups(caller)).filter((group) => group.id !== id);
      if (others.some((group) => group.name === name)) throw groupExists();
      return run();
    });
  return {
    listGroups,
    getGroup,
    addGroup: (caller, { name, searches = [] }) =>
      withName(caller, name, undefined, () => cameras.addGroup({ ...ownerOf(caller), name, searches })),
    async updateGroup(caller, id, change) {
      const group = await getGroup(caller, id);
      checkMayChange(caller, group);
      const wanted = change.name ?? group.name;
      return withName(caller, wanted, id, () => cameras.updateGroup(id, change));
    },
    async removeGroups(caller, ids) {
      return cameras.removeGroups(removable(caller, await listGroups(caller), ids));
    },
  };
}

function cameraCalls(
  cameras: Cameras,
  getGroup: GroupCalls['getGroup'],
): Omit<CameraService, keyof GroupCalls> {
  const get = async (caller: Credential, id: Uuid) => {
    const camera = await cameras.findCamera(id);
    if (!camera || !sees(caller, camera)) throw cameraUnknown();
    return camera;
  };
  const list = async (caller: Credential, groupId?: Uuid) => {
    if (groupId !== undefined) await getGroup(caller, groupId);
    return (await cameras.listCameras(groupId)).filter((camera) => sees(caller, camera));
  };
  const tellIn = (caller: Credential) => (camera: Camera) =>
    owns(caller, camera) ? camera : redactedCamera(camera);
  return {
    get: async (caller, id) => tellIn(caller)(await get(caller, id)),
    list: async (caller, groupId) => (await list(caller, groupId)).map(tellIn(caller)),
    async add(caller, wish) {
      const camera = { ...usualCamera, ...wish, ...ownerOf(caller) };
      await getGroup(caller, camera.groupId);
      return cameras.addCamera(camera);
    },
    async update(caller, id, change) {
      checkMayChange(caller, await get(caller, id));
      if (change.groupId !== undefined) await getGroup(caller, change.groupId);
      return cameras.updateCamera(id, change);
    },
    async remove(caller, ids) {
      return cameras.removeCameras(removable(caller, await list(caller), ids));
    },
  };
}

type Owned = Pick<Camera, 'accountId'>;

function sees(caller: Credential, camera: Owned): boolean {
  return camera.accountId === undefined || owns(caller, camera);
}

function owns(caller: Credential, { accountId }: Owned): boolean {
  return caller.reach === 'all' || accountId === accountOf(caller);
}

function ownerOf(caller: Credential): Pick<Camera, 'accountId'> {
  return caller.reach === 'all' ? {} : { accountId: accountOf(caller) };
}

/** `forbidden` for what is everybody's, unless she reaches everything. */
function checkMayChange(caller: Credential, { accountId }: Pick<Camera, 'accountId'>): void {
  if (accountId === undefined && caller.reach !== 'all')
    throw new AppError('forbidden', 'What is everybody’s takes a credential that reaches all collections');
}

/** Those of the ids that she sees; `forbidden` as `checkMayChange`. The default ones `Cameras` removes for nobody. */
function removable(
  caller: Credential,
  seen: readonly Pick<Camera, 'id' | 'accountId'>[],
  ids: readonly Uuid[],
): Uuid[] {
  const going = seen.filter(({ id }) => ids.includes(id));
  for (const one of going) if (one.id !== defaultCameraId) checkMayChange(caller, one);
  return going.map(({ id }) => id);
}

function groupExists(): AppError {
  return new AppError('camera-group-exists', 'There is a group of cameras of that name');
}
