import type { TestApp } from '../../../harness/app.ts';
import type { Material } from './material.ts';
import type { Row } from './row.ts';

const unknownKey = '00000000-0000-4000-8000-000000000000';
const unknownImage = '6b135f5b-a365-4522-b1f1-4c9ac2dd0728';
const keyForm = { status: 400, code: 26, message: 'Service API key should be UUID' };
const nothing = { status: 400 };

/** Keys, verbs, paths and ids. */
export function accessRows({ keys }: Pick<TestApp, 'keys'>, material: Material): Row[] {
  const { face, imageId, revokedKey, expiredKey } = material;
  const files = [{ bytes: face }];
  const list = { method: 'GET', path: '/recognition/subjects' } as const;
  const detect = { path: '/detection/detect', files } as const;
  const verify = { path: `/recognition/faces/${imageId}/verify`, files } as const;
  const download = { method: 'GET', path: `/recognition/faces/${imageId}/img` } as const;
  const unknown = (service: string, key: string) => ({
    status: 404,
    code: 10,
    message: `${service} service with API Key ${key} not found`,
  });

  return [
    {
      what: 'no key',
      bad: { ...list, service: 'none' },
      told: { status: 400, code: 20, message: 'Missing header: x-api-key' },
      good: list,
    },
    {
      what: 'no key on a path that is not there',
      bad: { path: '/nowhere', service: 'none' },
      told: { status: 400, code: 20 },
      good: list,
    },
    { what: 'an empty key', bad: { ...list, key: '' }, told: { status: 400, code: 20 }, good: list },
    { what: 'a key that is no UUID', bad: { ...list, key: 'admin' }, told: keyForm, good: list },
    {
      what: 'a key with a letter too many',
      bad: { ...list, key: `${keys.recognition}0` },
      told: keyForm,
      good: list,
    },
    {
      what: 'two keys in a row',
      bad: { ...list, key: `${keys.recognition}, ${keys.recognition}` },
      told: keyForm,
      good: list,
    },
    {
      what: 'an unknown key',
      bad: { ...list, key: unknownKey },
      told: unknown('Recognition', unknownKey),
      good: list,
    },
    {
      what: 'a revoked key',
      bad: { ...list, key: revokedKey },
      told: unknown('Recognition', revokedKey),
      good: list,
    },
    {
      what: 'an expired key',
      bad: { ...list, key: expiredKey },
      told: unknown('Recognition', expiredKey),
      good: list,
    },
    {
      what: 'a detection key for recognition',
      bad: { ...list, key: keys.detection },
      told: unknown('Recognition', keys.detection),
      good: list,
    },
    {
      what: 'a recognition key for detection',
      bad: { ...detect, key: keys.recognition },
      told: unknown('Detection', keys.recognition),
      good: detect,
    },
    {
      what: 'a detection key for verification',
      bad: {
        path: '/verification/embeddings/verify',
        key: keys.detection,
        json: { source: material.embedding, targets: [] },
      },
      told: unknown('Verification', keys.detection),
      good: { path: '/verification/embeddings/verify', json: { source: material.embedding, targets: [] } },
    },
    {
      what: 'an unknown key in the path of a picture',
      bad: { method: 'GET', path: `/static/${unknownKey}/images/${imageId}`, service: 'none' },
      told: unknown('Recognition', unknownKey),
      good: { method: 'GET', path: `/static/${keys.recognition}/images/${imageId}`, service: 'none' },
    },
    {
      what: 'a key in the path of a picture that is no UUID',
      bad: { method: 'GET', path: `/static/..%2F..%2Fetc/images/${imageId}`, service: 'none' },
      told: keyForm,
      good: { method: 'GET', path: `/static/${keys.recognition}/images/${imageId}`, service: 'none' },
    },
    {
      what: 'the delete of another collection’s image',
      bad: { method: 'DELETE', path: `/recognition/faces/${imageId}`, key: material.foreignKey },
      told: { status: 404, code: 44, message: `Image ${imageId} not found` },
      good: download,
    },
    {
      what: 'a path that is not there',
      bad: { method: 'GET', path: '/recognition/people' },
      told: { status: 404, code: 0 },
      good: list,
    },
    {
      what: 'a path with a service in capitals',
      bad: { method: 'GET', path: '/Recognition/subjects', service: 'recognition' },
      told: { status: 404, code: 0 },
      good: list,
    },
    ...(['PATCH', 'PUT'] as const).map(
      (method): Row => ({
        what: `${method} where there is only POST`,
        bad: { ...detect, method },
        told: { status: 404, code: 0, message: `Request method '${method}' not supported` },
        good: detect,
      }),
    ),
    {
      what: 'GET where there is only POST',
      bad: { method: 'GET', path: '/recognition/recognize' },
      told: { status: 404, code: 0, message: "Request method 'GET' not supported" },
      good: { path: '/recognition/recognize', files },
    },
    {
      what: 'a way up the folders as an id',
      bad: { ...download, path: '/recognition/faces/..%2F..%2F..%2Fetc%2Fpasswd/img' },
      told: nothing,
      good: download,
    },
    {
      what: 'a zero byte in an id',
      bad: { ...download, path: `/recognition/faces/${imageId}%00/img` },
      told: nothing,
      good: download,
    },
    {
      what: 'an id with braces',
      bad: { ...download, path: `/recognition/faces/%7B${imageId}%7D/img` },
      told: nothing,
      good: download,
    },
    {
      what: 'a number as an id',
      bad: { ...verify, path: '/recognition/faces/1/verify' },
      told: nothing,
      good: verify,
    },
    {
      what: 'an id that nobody has, to delete',
      bad: { method: 'DELETE', path: `/recognition/faces/${unknownImage}` },
      told: { status: 404, code: 44, message: `Image ${unknownImage} not found` },
      good: download,
    },
    {
      what: 'an id that nobody has, to verify',
      bad: { ...verify, path: `/recognition/faces/${unknownImage}/verify` },
      told: { status: 404, code: 44, message: 'Image Id is incorrect' },
      good: verify,
    },
    {
      what: 'a way up the folders as a subject',
      bad: { method: 'DELETE', path: '/recognition/subjects/..%2F..%2Fetc' },
      told: { status: 404, code: 42, message: 'Subject ../../etc not found' },
      good: list,
    },
    {
      what: 'a subject in broken escapes',
      bad: { method: 'DELETE', path: '/recognition/subjects/%E0%A4%A' },
      told: { status: 404, code: 42 },
      good: list,
    },
  ];
}
