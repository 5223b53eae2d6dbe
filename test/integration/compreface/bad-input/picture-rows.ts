import { blackPng, type Material, multipart } from './material.ts';
import type { Row, Sent } from './row.ts';

const noFace = { status: 400, code: 28, message: 'No face is found in the given image' };
const several = { status: 400, code: 31, message: 'More than one face in the source image' };
const wentWrong = { status: 400, code: 0, message: 'Something went wrong, please try again' };

/** Files that are no pictures, bombs, and pictures with the wrong number of faces. */
export function pictureRows(material: Material): Row[] {
  const { face, nobody } = material;
  const path = '/detection/detect';
  const file = (what: string, name: string, bytes: Uint8Array): Row => ({
    what,
    bad: { path, files: [{ name, bytes }] },
    told: noFace,
    good: { path, files: [{ name, bytes: face }] },
  });
  const damaged = Buffer.from(blackPng(64, 64));
  damaged.fill(0xff, 45, 60);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
  return [
    file('an empty file', 'a.jpg', new Uint8Array(0)),
    file('text', 'a.jpg', Buffer.from('This is no picture.')),
    file('half a JPEG', 'a.jpg', face.subarray(0, face.length / 2)),
    file('a JPEG’s first bytes', 'a.jpg', face.subarray(0, 20)),
    file('a damaged PNG', 'a.png', damaged),
    file('a PNG of 30,000 × 30,000 pixels', 'a.png', blackPng(30_000, 30_000)),
    file('a PNG of 60,000 × 1 pixels', 'a.png', blackPng(60_000, 1)),
    file('SVG, which reads files', 'a.png', Buffer.from(svg)),
    file('a PDF', 'a.gif', Buffer.from('%PDF-1.7\n1 0 obj\n')),
    file('a script', 'a.bmp', Buffer.from('BM#!/bin/sh\nrm -rf /\n')),
    file('a picture of nobody', 'a.jpg', nobody),
    {
      what: 'a picture of nobody to enrol',
      bad: { path: '/recognition/faces?subject=Known', files: [{ bytes: nobody }] },
      told: noFace,
      good: { path: '/recognition/faces?subject=Known', files: [{ bytes: face }] },
      goodStatus: 201,
    },
    ...manyFaces(material),
  ];
}

function manyFaces({ face, several: group }: Material): Row[] {
  const pair = (source: Uint8Array): Sent => ({
    path: '/verification/verify',
    files: [
      { part: 'source_image', bytes: source },
      { part: 'target_image', bytes: face },
    ],
  });
  return [
    {
      what: 'a picture of several to enrol',
      bad: { path: '/recognition/faces?subject=Known', files: [{ bytes: group }] },
      told: several,
      good: { path: '/recognition/faces?subject=Known', files: [{ bytes: face }] },
      goodStatus: 201,
    },
    { what: 'a source of several', bad: pair(group), told: several, good: pair(face) },
  ];
}

/** Bytes that no HTTP client sends. */
export function rawRows({ face }: Material): Row[] {
  const head = (keys: { detection: string }, ...lines: string[]) =>
    [
      'POST /api/v1/detection/detect HTTP/1.1',
      'Host: x',
      `x-api-key: ${keys.detection}`,
      ...lines,
      '',
      '',
    ].join('\r\n');
  const body = multipart('b', [{ name: 'file', fileName: 'a.jpg', bytes: face }]);
  const type = 'Content-Type: multipart/form-data; boundary=b';
  const good: Sent = { raw: (keys) => [head(keys, type, `Content-Length: ${body.length}`), body] };
  const lines = (what: string, status: number, ...bad: string[]): Row => ({
    what,
    bad: { raw: (keys) => [head(keys, type, ...bad)] },
    told: { status },
    good,
  });

  return [
    lines('a header of 20 kB', 431, `X-Long: ${'x'.repeat(20_000)}`),
    lines(
      'a thousand headers',
      431,
      ...Array.from({ length: 1_000 }, (_, at) => `X-${at}: ${'y'.repeat(20)}`),
    ),
    lines('a length below zero', 400, 'Content-Length: -1'),
    lines('two lengths', 400, 'Content-Length: 1', 'Content-Length: 2'),
    lines('a length beside chunks', 400, 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    { what: 'no HTTP', bad: { raw: () => ['HELO there\r\n\r\n'] }, told: { status: 400 }, good },
    {
      what: 'a binary hello',
      bad: { raw: () => [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])] },
      told: { status: 400 },
      good,
    },
    {
      what: 'headers that never end',
      bad: { raw: (keys) => [head(keys, 'X-Slow: 1').slice(0, -2)] },
      told: { status: 408 },
      good,
    },
    {
      what: 'a multipart body that never ends',
      bad: {
        raw: (keys) => [
          head(keys, type, 'Transfer-Encoding: chunked'),
          `${body.length.toString(16)}\r\n`,
          body.subarray(0, 500),
        ],
      },
      told: wentWrong,
      good,
    },
    {
      what: 'a body that is shorter than it says',
      bad: { raw: (keys) => [head(keys, type, `Content-Length: ${body.length + 9}`), body.subarray(0, -9)] },
      told: wentWrong,
      good,
    },
  ];
}
