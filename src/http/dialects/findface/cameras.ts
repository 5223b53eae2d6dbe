import { z } from 'zod';
import { type Camera, type CameraChange, cameraUnknown, defaultCameraId } from '../../../domain/camera.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Box } from '../../../domain/geometry.ts';
import type { CameraWish } from '../../../services/cameras.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { toUuid } from './camera-ids.ts';
import type { FindFaceParts } from './deps.ts';
import { check, flagSchema, listSchema, numberSchema, readParameters, textSchema } from './parameters.ts';

const mostPixels = 100_000;
const pixels = numberSchema(0, mostPixels);
const regionSchema = listSchema(pixels, 4)
  .refine((region) => region.length === 4, { error: 'must be [width, height, x, y]' })
  .meta({ minItems: 4 });

export const cameraSchema = z.object({
  meta: textSchema(4_096).nullish(),
  enabled: flagSchema.nullish(),
  url: textSchema(2_048).nullish(),
  detector: textSchema(100).nullish(),
  rot: regionSchema.nullish(),
  roi: regionSchema.nullish(),
});

/** `[width, height, x, y]` in pixels of the frame. */
type WireRegion = readonly [width: number, height: number, x: number, y: number];

export type WireCamera = {
  readonly id: Uuid;
  readonly meta: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly detector: string;
  /** Where faces are followed. */
  readonly rot: WireRegion | null;
  /** Where faces count. */
  readonly roi: WireRegion | null;
};

/** Cameras with all their fields. */
export function addCameraRoutes(router: DialectRouter, parts: FindFaceParts): void {
  const { cameras } = parts;
  router.post('/camera', 'write', async (ctx) => {
    const wish = await readCamera(ctx, parts);
    ctx.body = toWireCamera(await cameras.add(callerOf(ctx), toNew(wish)));
    ctx.status = 201;
  });
  router.get('/camera', 'read', async (ctx) => {
    const all = await cameras.list(callerOf(ctx));
    ctx.body = all.filter(({ id }) => id !== defaultCameraId).map(toWireCamera);
  });
  router.get('/camera/:id', 'read', async (ctx) => {
    ctx.body = toWireCamera(await cameras.get(callerOf(ctx), cameraIdOf(ctx)));
  });
  router.put('/camera/:id', 'write', async (ctx) => {
    const id = cameraIdOf(ctx);
    const change = await readCamera(ctx, parts);
    ctx.body = toWireCamera(await cameras.update(callerOf(ctx), id, change));
  });
  router.delete('/camera/:id', 'write', async (ctx) => {
    const [gone] = await cameras.remove(callerOf(ctx), [cameraIdOf(ctx)]);
    if (!gone) throw cameraUnknown();
    ctx.status = 204;
  });
}

/** What stands for sources without a camera in another API is none here. */
function cameraIdOf({ params: { id = '' } }: RouteContext): Uuid {
  const uuid = toUuid(id);
  if (uuid === undefined || uuid === defaultCameraId) throw cameraUnknown();
  return uuid;
}

/** What is null, or an empty address, is taken away. */
async function readCamera(ctx: RouteContext, parts: FindFaceParts): Promise<CameraChange> {
  const parameters = await readParameters(ctx, parts);
  const { meta, enabled, url, detector, rot, roi } = check(cameraSchema, parameters, 'with null');
  return {
    ...(typeof meta === 'string' && { text: meta }),
    ...(typeof enabled === 'boolean' && { enabled }),
    ...(typeof detector === 'string' && { detector }),
    ...(url !== undefined && { url: url === '' ? null : url }),
    ...(rot !== undefined && { trackingRegion: rot && toBox(rot) }),
    ...(roi !== undefined && { interestRegion: roi && toBox(roi) }),
  };
}

function toNew({ url, trackingRegion, interestRegion, ...rest }: CameraChange): CameraWish {
  return {
    ...rest,
    ...(typeof url === 'string' && { url }),
    ...(trackingRegion && { trackingRegion }),
    ...(interestRegion && { interestRegion }),
  };
}

function toBox([width = 0, height = 0, x = 0, y = 0]: readonly number[]): Box {
  return { x, y, width, height };
}

function toWireCamera(camera: Camera): WireCamera {
  const { id, text: meta, enabled, url = '', detector, trackingRegion, interestRegion } = camera;
  return {
    ...{ id, meta, enabled, url, detector },
    rot: trackingRegion ? toWireRegion(trackingRegion) : null,
    roi: interestRegion ? toWireRegion(interestRegion) : null,
  };
}

function toWireRegion({ width, height, x, y }: Box): WireRegion {
  return [width, height, x, y];
}
