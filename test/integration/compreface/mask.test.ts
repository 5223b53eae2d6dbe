import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsFolder, openBenchAnalyser } from '../../bench/ostiary/bench-analyser.ts';
import { covers } from '../../fixtures/conditions/covers.ts';
import { type LocatedShot, oneOfGroup } from '../../fixtures/conditions/shots.ts';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { call } from '../../harness/http-client.ts';
import { openTestVision } from '../../harness/vision.ts';

describe.skipIf(!modelsFolder())("CompreFace's plugin mask, with its network (OSTIARY_MODELS_DIR)", () => {
  let app: TestApp;
  let shot: LocatedShot;
  beforeAll(async () => {
    app = await startTestApp({ vision: await openTestVision({ fetched: modelsFolder() }) });
    await using analyser = await openBenchAnalyser();
    shot = await oneOfGroup(analyser, 6, 0);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const detect = async (bytes: Uint8Array): Promise<unknown> => {
    const path = '/compreface/api/v1/detection/detect?face_plugins=mask&status=true';
    return (await call(app.main.address, 'POST', path, { key: app.keys.detection, files: [{ bytes }] })).json;
  };

  it.each([
    ['without_mask', () => shot.picture],
    ['with_mask', () => covers['a pale mask'](shot)],
  ])('tells %s', async (value, make) => {
    expect(await detect(await make())).toMatchObject({
      result: [{ mask: { probability: expect.any(Number), value } }],
      plugins_versions: { mask: 'ostiary.MaskDetector' },
    });
  });
});
