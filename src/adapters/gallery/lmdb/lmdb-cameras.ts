import {
  type Camera,
  type CameraChange,
  type CameraGroup,
  type CameraGroupChange,
  cameraGroupUnknown,
  cameraUnknown,
  changedBy,
  checkCamera,
  checkCameraGroup,
  checkRemovable,
  checkRoom,
  firstCameras,
  type NewCamera,
  type NewCameraGroup,
} from '../../../domain/camera.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Cameras } from '../../../domain/ports/cameras.ts';
import type { Environment } from './disk/environment.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from './disk/keys.ts';
import { lastNumber, NumberedRecords } from './disk/numbered-records.ts';
import { readable } from './disk/table.ts';
import type { Tables } from './disk/tables.ts';
import type { LedgerParts } from './writing/ledger.ts';

/** The cameras of the gallery's environment; a new one gets its default group and camera. */
export async function openLmdbCameras(environment: Environment, parts: LedgerParts): Promise<Cameras> {
  const cameras = new LmdbCameras(environment, parts);
  await cameras.begin();
  return cameras;
}

class LmdbCameras implements Cameras {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #nowMs: () => number;
  readonly #nextId: () => Uuid;
  readonly #groups: NumberedRecords<CameraGroup>;
  readonly #cameras: NumberedRecords<Camera>;

  constructor(environment: Environment, { tables, nowMs, nextId }: LedgerParts) {
    this.#environment = environment;
    this.#tables = tables;
    this.#nowMs = nowMs;
    this.#nextId = nextId;
    this.#groups = new NumberedRecords({
      ...{ tables, series: 'camera-groups' },
      ...{ records: tables.cameraGroups, numbers: tables.cameraGroupNumbers },
    });
    this.#cameras = new NumberedRecords({
      ...{ tables, series: 'cameras', records: tables.cameras, numbers: tables.cameraNumbers },
    });
  }

  async begin(): Promise<void> {
    const { group, camera } = firstCameras(this.#nowMs());
    if (this.#groups.numberOf(group.id) !== undefined) return;
    await this.#environment.write(() => {
      this.#groups.add(group);
      this.#place(camera);
    });
  }

  async addGroup(wish: NewCameraGroup): Promise<CameraGroup> {
    checkCameraGroup(wish);
    return this.#environment.write(() => {
      checkRoom('groups', this.#groups.count());
      const group = { ...wish, id: this.#nextId(), createdAtMs: this.#nowMs() };
      this.#groups.add(group);
      return group;
    });
  }

  async findGroup(id: Uuid): Promise<CameraGroup | undefined> {
    return this.#groups.get(id);
  }

  async listGroups(): Promise<CameraGroup[]> {
    return this.#groups.all();
  }

  async updateGroup(id: Uuid, change: CameraGroupChange): Promise<CameraGroup> {
    checkCameraGroup(change);
    return this.#environment.write(() => {
      const group = this.#groups.get(id);
      if (!group) throw cameraGroupUnknown();
      const changed = changedBy(group, change);
      this.#groups.replace(changed);
      return changed;
    });
  }

  async removeGroups(ids: readonly Uuid[]): Promise<CameraGroup[]> {
    checkRemovable(ids);
    return this.#environment.write(() =>
      [...new Set(ids)].flatMap((id) => {
        const group = this.#groups.get(id);
        if (!group) return [];
        for (const number of this.#numbersIn(id)) this.#removeAt(number);
        this.#groups.remove(id);
        return [group];
      }),
    );
  }

  async addCamera(wish: NewCamera): Promise<Camera> {
    checkCamera(wish);
    return this.#environment.write(() => {
      this.#checkGroup(wish.groupId);
      checkRoom('cameras', this.#cameras.count());
      const camera = { ...wish, id: this.#nextId(), createdAtMs: this.#nowMs() };
      this.#place(camera);
      return camera;
    });
  }

  async findCamera(id: Uuid): Promise<Camera | undefined> {
    return this.#cameras.get(id);
  }

  async listCameras(groupId?: Uuid): Promise<Camera[]> {
    if (groupId === undefined) return this.#cameras.all();
    const found = this.#numbersIn(groupId).map((number) => readable(() => this.#cameras.at(number)));
    return found.filter((camera) => camera !== undefined);
  }

  async updateCamera(id: Uuid, change: CameraChange): Promise<Camera> {
    checkCamera(change);
    return this.#environment.write(() => {
      const camera = this.#cameras.get(id);
      if (!camera) throw cameraUnknown();
      const changed = changedBy(camera, change);
      if (changed.groupId !== camera.groupId) this.#move(camera, changed.groupId);
      this.#cameras.replace(changed);
      return changed;
    });
  }

  async removeCameras(ids: readonly Uuid[]): Promise<Camera[]> {
    checkRemovable(ids);
    return this.#environment.write(() =>
      [...new Set(ids)].flatMap((id) => {
        const camera = this.#cameras.get(id);
        if (!camera) return [];
        this.#removeAt(this.#cameras.numberOf(id)!);
        return [camera];
      }),
    );
  }

  #checkGroup(id: Uuid): void {
    if (this.#groups.numberOf(id) === undefined) throw cameraGroupUnknown();
  }

  #place(camera: Camera): void {
    const number = this.#cameras.add(camera);
    this.#tables.groupCameras.put(placeKey(camera.groupId, number), true);
  }

  #move({ id, groupId }: Camera, toGroup: Uuid): void {
    this.#checkGroup(toGroup);
    const number = this.#cameras.numberOf(id)!;
    this.#tables.groupCameras.remove(placeKey(groupId, number));
    this.#tables.groupCameras.put(placeKey(toGroup, number), true);
  }

  #removeAt(number: number): void {
    const camera = this.#cameras.at(number);
    if (!camera) return;
    this.#cameras.remove(camera.id);
    this.#tables.groupCameras.remove(placeKey(camera.groupId, number));
  }

  #numbersIn(groupId: Uuid): number[] {
    const prefix = uuidBytes(groupId);
    return prefix ? Array.from(this.#tables.groupCameras.keys({ prefix }), lastNumber) : [];
  }
}

function placeKey(groupId: Uuid, number: number): Buffer {
  return Buffer.concat([ownUuidBytes(groupId), numberBytes(number)]);
}
