import { AppError } from './errors.ts';
import type { Uuid } from './gallery.ts';
import type { Box } from './geometry.ts';

/** A place that faces come from, and what is done with them. The words of all APIs that know cameras or sources. */
export type Camera = {
  /** UUID of version 1, but for the default camera. */
  readonly id: Uuid;
  readonly groupId: Uuid;
  /** The account whose it is (`accountOf`); absent, everybody's. */
  readonly accountId?: Uuid;
  readonly name: string;
  /** What its owner keeps with it; nothing of ours reads it. */
  readonly text: string;
  readonly enabled: boolean;
  /** Where the stream comes from. May hold a password: never to be logged, and told to its owners only. */
  readonly url?: string;
  /** Which detector its owner wishes; empty is ours. */
  readonly detector: string;
  /** Where faces are followed, in pixels of the frame; absent is everywhere. */
  readonly trackingRegion?: Box;
  /** Where faces count, in pixels of the frame; absent is everywhere. */
  readonly interestRegion?: Box;
  /** What is told of each face besides. */
  readonly features: readonly CameraFeature[];
  readonly newPersons: NewPersonRule;
  readonly createdAtMs: number;
};

export const cameraFeatures = ['gender', 'age', 'race'] as const;
export type CameraFeature = (typeof cameraFeatures)[number];

/** Whether a face that nobody is found for becomes a person by itself. */
export type NewPersonRule = {
  /** Never; when nobody is found at the service's own false-match rate; or at this one. */
  readonly when: 'never' | 'unknown' | { readonly maxFmr: number };
  /** The least longer side of the face's box. */
  readonly minFacePixels: number;
  /** How far the face may be turned to either side, in degrees. */
  readonly maxYaw: number;
  /** Where she is enrolled; in the caller's own collection when empty. */
  readonly collectionIds: readonly Uuid[];
};

/** Cameras that faces of are searched for in the same collections. */
export type CameraGroup = {
  /** UUID of version 1. */
  readonly id: Uuid;
  /** As `Camera`. */
  readonly accountId?: Uuid;
  readonly name: string;
  /** In their order; in the caller's own collection when empty. */
  readonly searches: readonly CameraSearch[];
  readonly createdAtMs: number;
};

/** Two texts of the owner's go with each collection, for what is to happen when somebody is found there or not. */
export type CameraSearch = {
  readonly collectionId: Uuid;
  readonly onFound: string;
  readonly onFailed: string;
};

export type NewCamera = Omit<Camera, 'id' | 'createdAtMs'>;
export type NewCameraGroup = Omit<CameraGroup, 'id' | 'createdAtMs'>;

type Lifted<T, Name extends keyof T> = { readonly [K in Name]?: T[K] | null };
/** New values of the named fields; `null` takes one away. */
export type CameraChange = Partial<
  Omit<NewCamera, 'accountId' | 'url' | 'trackingRegion' | 'interestRegion'>
> &
  Lifted<Camera, 'url' | 'trackingRegion' | 'interestRegion'>;
export type CameraGroupChange = Partial<Omit<NewCameraGroup, 'accountId'>>;

/** One vendor's clients know it by heart. */
const defaultId: Uuid = '13814001-1dd2-11b2-b619-5502c27ed19c';
/** Of the group that is always there, and of the camera that is always in it. */
export const defaultGroupId = defaultId;
export const defaultCameraId = defaultId;

/** What a camera is unless something else is said. */
export const usualCamera = {
  groupId: defaultGroupId,
  name: '',
  text: '',
  enabled: true,
  detector: '',
  features: [],
  newPersons: { when: 'never', minFacePixels: 112, maxYaw: 60, collectionIds: [] },
} as const satisfies NewCamera;

/** The two that a new store begins with. */
export function firstCameras(createdAtMs: number): { readonly group: CameraGroup; readonly camera: Camera } {
  return {
    group: { id: defaultGroupId, name: 'Default group', searches: [], createdAtMs },
    camera: { ...usualCamera, id: defaultCameraId, name: 'Default source', createdAtMs },
  };
}

/** The camera or group with new values; `null` takes a field away, `undefined` leaves it. */
export function changedBy<One extends Camera | CameraGroup>(
  one: One,
  change: One extends Camera ? CameraChange : CameraGroupChange,
): One {
  const changes = Object.entries(change).filter(([, value]) => value !== undefined);
  const all = Object.entries({ ...one, ...Object.fromEntries(changes) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as One;
}

/** The largest that are kept, in code units. */
const longest = { name: 200, text: 4_096, detector: 100, url: 2_048, onFound: 2_048, onFailed: 2_048 };
const mostKept = { cameras: 1_000, groups: 1_000 };
/** So many collections a group searches, and so many a new person is enrolled in. */
const mostCollections = 100;

/** Rejects with `bad-input` what is too long to be kept. */
export function checkCamera(camera: CameraChange): void {
  checkTexts(camera);
  checkNumber(camera.newPersons?.collectionIds ?? []);
}

/** As `checkCamera`. */
export function checkCameraGroup({ name, searches = [] }: Partial<NewCameraGroup>): void {
  checkTexts({ name });
  checkNumber(searches);
  for (const { onFound, onFailed } of searches) checkTexts({ onFound, onFailed });
}

function checkTexts(texts: { readonly [Name in keyof typeof longest]?: string | null | undefined }): void {
  for (const [name, maxLength] of Object.entries(longest)) {
    const { length } = texts[name as keyof typeof longest] ?? '';
    if (length <= maxLength) continue;
    throw new AppError('bad-input', `The ${name} is longer than ${maxLength} characters`, {
      details: { maxLength, length },
    });
  }
}

function checkNumber(collections: readonly unknown[]): void {
  if (collections.length > mostCollections)
    throw new AppError('bad-input', `A camera names at most ${mostCollections} collections`);
}

/** A stream's address without what may open it: of many cameras the password stands in path or query. */
export function redactUrl(url: string): string {
  const parts = URL.parse(url);
  return parts?.host ? `${parts.protocol}//${parts.host}/…` : '…';
}

/** As it may be told to others than its owner, such as those who support the box. */
export function redactedCamera(camera: Camera): Camera {
  return camera.url === undefined ? camera : { ...camera, url: redactUrl(camera.url) };
}

export function cameraUnknown(): AppError {
  return new AppError('camera-unknown', 'There is no such camera');
}

export function cameraGroupUnknown(): AppError {
  return new AppError('camera-group-unknown', 'There is no such group of cameras');
}

/** `camera-fixed` when one of them is the default group or camera. */
export function checkRemovable(ids: readonly Uuid[]): void {
  if (ids.includes(defaultCameraId))
    throw new AppError('camera-fixed', 'The default group and camera cannot be removed');
}

/** `bad-input` when there are as many as are kept. */
export function checkRoom(kind: 'cameras' | 'groups', present: number): void {
  const most = mostKept[kind];
  if (present < most) return;
  throw new AppError('bad-input', `No more than ${most} ${kind} are kept`, {
    details: { most },
  });
}
