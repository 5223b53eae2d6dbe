import type {
  Camera,
  CameraChange,
  CameraGroup,
  CameraGroupChange,
  NewCamera,
  NewCameraGroup,
} from '../camera.ts';
import type { Uuid } from '../gallery.ts';

/**
 * Keeps cameras and their groups. The default group and the default camera are there from the start; they can be changed
 * but not removed (`camera-fixed`). A promise of a write that resolves is durable, one that rejects changed nothing.
 *
 * Rejects with `camera-unknown`, `camera-group-unknown`, `camera-fixed`, `bad-input` (too long, or too many),
 * `storage-full`, `storage-failed`, `record-corrupt`; lists leave damaged ones out.
 */
export interface Cameras {
  addGroup(group: NewCameraGroup): Promise<CameraGroup>;
  findGroup(id: Uuid): Promise<CameraGroup | undefined>;
  /** In the order of their making. */
  listGroups(): Promise<CameraGroup[]>;
  updateGroup(id: Uuid, change: CameraGroupChange): Promise<CameraGroup>;
  /** With their cameras. Tells which groups were there; ids of none are passed over. */
  removeGroups(ids: readonly Uuid[]): Promise<CameraGroup[]>;

  /** `camera-group-unknown` when its group is. */
  addCamera(camera: NewCamera): Promise<Camera>;
  findCamera(id: Uuid): Promise<Camera | undefined>;
  /** In the order of their making, of one group or of all. */
  listCameras(groupId?: Uuid): Promise<Camera[]>;
  updateCamera(id: Uuid, change: CameraChange): Promise<Camera>;
  /** Tells which were there; ids of none are passed over. */
  removeCameras(ids: readonly Uuid[]): Promise<Camera[]>;
}
