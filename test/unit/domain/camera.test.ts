import { expect, it } from 'vitest';
import { firstCameras, redactedCamera } from '../../../src/domain/camera.ts';

it.each([
  ['rtsp://user:secret@10.0.0.9:554/secret?key=secret', 'rtsp://10.0.0.9:554/…'],
  ['http://camera.lan/video?password=secret', 'http://camera.lan/…'],
  ['/dev/secret', '…'],
  ['user:secret', '…'],
])('a camera at %s is told to others as at %s', (url, told) => {
  const { camera } = firstCameras(0);
  expect(redactedCamera({ ...camera, url })).toEqual({ ...camera, url: told });
});

it('a camera without an address is told as it is', () => {
  const { camera } = firstCameras(0);
  expect(redactedCamera(camera)).toEqual(camera);
});
