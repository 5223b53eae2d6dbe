import { deflateSync, gzipSync } from 'node:zlib';
import { type Material, multipart } from './material.ts';
import type { Row } from './row.ts';

const MiB = 1024 * 1024;
const nothing = { status: 400 };
const unsupported = { status: 415 };
const wentWrong = { status: 400, code: 0, message: 'Something went wrong, please try again' };
const notBase64 = { status: 400, code: 21, message: 'Provided value is not Base64' };
const noFace = { status: 400, code: 28, message: 'No face is found in the given image' };
const partMissing = (part: string) => ({
  status: 400,
  code: 34,
  message: `Required part ${part} is missing`,
});

/** Content types, JSON, base64, embeddings. */
export function jsonRows({ face, text, imageId, embedding }: Material): Row[] {
  const detect = { path: '/detection/detect' } as const;
  const goodJson = { ...detect, json: { file: text } };
  const typed = (type: string) => ({ headers: { 'Content-Type': type } });
  const plain = JSON.stringify({ file: text });
  const json = (what: string, body: unknown, told: Row['told']): Row => {
    const sent =
      typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
    return { what, bad: { ...detect, ...typed('application/json'), body: sent }, told, good: goodJson };
  };
  const type = (contentType: string): Row => ({
    what: `the content type ${contentType}`,
    bad: { ...detect, ...typed(contentType), body: plain },
    told: unsupported,
    good: { ...detect, ...typed('application/json; charset=UTF-8'), body: plain },
  });
  const packed = (encoding: string, body: Uint8Array<ArrayBuffer>): Row => ({
    what: `a body packed by ${encoding}`,
    bad: { ...detect, headers: { 'Content-Type': 'application/json', 'Content-Encoding': encoding }, body },
    told: unsupported,
    good: {
      ...detect,
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'identity' },
      body: plain,
    },
  });
  const embeddings = (what: string, body: string, told: Row['told']): Row => ({
    what: `embeddings: ${what}`,
    bad: { path: '/recognition/embeddings/recognize', ...typed('application/json'), body },
    told,
    good: { path: '/recognition/embeddings/recognize', json: { embeddings: [embedding] } },
  });
  const lengths = (provided: number) => ({
    status: 400,
    code: 37,
    message: `128 embeddings were expected, but ${provided} were provided`,
  });
  const ones = embedding.map(() => 1);
  const deletes = { path: '/recognition/faces/delete' } as const;
  const goodDelete = { ...deletes, json: ['6b135f5b-a365-4522-b1f1-4c9ac2dd0728'] };

  return [
    type('text/plain'),
    type('application/xml'),
    type('application/x-www-form-urlencoded'),
    type('application/json; charset=utf-16'),
    {
      what: 'no content type',
      bad: { ...detect, body: Buffer.from(plain) },
      told: unsupported,
      good: goodJson,
    },
    {
      what: 'a form where only JSON is taken',
      bad: { path: '/recognition/faces/delete', files: [{ bytes: face }] },
      told: unsupported,
      good: goodDelete,
    },
    packed('gzip', gzipSync(plain)),
    packed('deflate', deflateSync(plain)),
    packed('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(10 * MiB)))),
    json('JSON that is none', '{file}', nothing),
    json('JSON that stops', plain.slice(0, -1), nothing),
    json('no JSON at all', '', nothing),
    json(
      'JSON that is not UTF-8',
      Buffer.concat([Buffer.from('{"file":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      nothing,
    ),
    json('an array for an object', [text], nothing),
    json('null', 'null', nothing),
    json('10,000 arrays in one another', '['.repeat(10_000) + ']'.repeat(10_000), nothing),
    json('5,000 objects in one another', `${'{"file":'.repeat(5_000)}1${'}'.repeat(5_000)}`, nothing),
    json(
      '10,000 arrays beside the file',
      `{"file":"${text}","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      nothing,
    ),
    json('15 MB of JSON', `{"file":"${'A'.repeat(15 * MiB)}"}`, wentWrong),
    json('base64 of 6 MB', { file: Buffer.alloc(6 * MiB).toString('base64') }, wentWrong),
    json('100 KB beside the file', { file: text, more: Array(50_000).fill(1) }, wentWrong),
    json('no file', {}, partMissing('file')),
    json('null for a file', { file: null }, partMissing('file')),
    json('a number for a file', { file: 7 }, nothing),
    json('a list of files', { file: [text] }, nothing),
    json('a data URL', { file: `data:image/jpeg;base64,${text}` }, notBase64),
    json('an empty text for a file', { file: '' }, notBase64),
    json('base64 with a line break', { file: `${text.slice(0, 76)}\n${text.slice(76)}` }, notBase64),
    json('base64 with a letter too few', { file: `${'A'.repeat(8)}A` }, notBase64),
    json('base64 of the URL kind', { file: `${text.slice(0, 100)}-_-_` }, notBase64),
    json('base64 with letters of another script', { file: `${text.slice(0, 100)}АБВГ` }, notBase64),
    json('base64 of no picture', { file: Buffer.from('hello').toString('base64') }, noFace),
    {
      what: 'JSON with one of two pictures',
      bad: { path: '/verification/verify', json: { source_image: text } },
      told: partMissing('target_image'),
      good: { path: '/verification/verify', json: { source_image: text, target_image: text } },
    },
    { what: 'ids that are none', bad: { ...deletes, json: [imageId, 'x'] }, told: nothing, good: goodDelete },
    {
      what: 'an object for a list of ids',
      bad: { ...deletes, json: { ids: [] } },
      told: nothing,
      good: goodDelete,
    },
    { what: 'numbers for ids', bad: { ...deletes, json: [1, 2] }, told: nothing, good: goodDelete },
    embeddings('one too short', JSON.stringify({ embeddings: [embedding.slice(1)] }), lengths(127)),
    embeddings('an empty one', '{"embeddings":[[]]}', lengths(0)),
    embeddings('none', '{}', nothing),
    embeddings('texts', JSON.stringify({ embeddings: [embedding.map(String)] }), nothing),
    embeddings('not in a list', JSON.stringify({ embeddings: embedding }), nothing),
    embeddings(
      'an endless number',
      JSON.stringify({ embeddings: [embedding] }).replace(/[\d.e-]+/, '1e999'),
      nothing,
    ),
    embeddings('NaN', JSON.stringify({ embeddings: [embedding] }).replace(/[\d.e-]+/, 'NaN'), nothing),
    embeddings('all zero', JSON.stringify({ embeddings: [embedding.map(() => 0)] }), nothing),
    embeddings('600 KB of them', JSON.stringify({ embeddings: [Array(300_000).fill(1)] }), wentWrong),
    embeddings('513 of them', JSON.stringify({ embeddings: Array(513).fill(ones) }), nothing),
    embeddings('20,000 empty ones', JSON.stringify({ embeddings: Array(20_000).fill([]) }), nothing),
    {
      what: 'a target of another length than the model’s',
      bad: {
        path: '/verification/embeddings/verify',
        json: { source: embedding, targets: [embedding, [1, 2]] },
      },
      told: lengths(2),
      good: { path: '/verification/embeddings/verify', json: { source: embedding, targets: [embedding] } },
    },
  ];
}

/** Multipart bodies. */
export function multipartRows({ face }: Material): Row[] {
  const detect = { path: '/detection/detect' } as const;
  const good = { ...detect, files: [{ bytes: face }] };
  const goodFile = { name: 'file', fileName: 'a.jpg', bytes: face };
  const byHand = (what: string, body: Uint8Array<ArrayBuffer>, told: Row['told'], boundary = 'b'): Row => ({
    what,
    bad: { ...detect, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` }, body },
    told,
    good: {
      ...detect,
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: new Uint8Array(multipart('b', [goodFile])),
    },
  });
  const hand = (...from: Parameters<typeof multipart>) => new Uint8Array(multipart(...from));
  const named = (name: string): Row => ({
    what: `a file named ${JSON.stringify(name)}`,
    bad: { ...detect, files: [{ name, bytes: face }] },
    told: { status: 400, code: 21, message: `File [${name}] has an unavailable extension` },
    good: { ...detect, files: [{ name: 'a.b.JPEG', bytes: face }] },
  });

  return [
    named('face.exe'),
    named('face'),
    named('face.jpg.svg'),
    named('face.avif'),
    {
      what: 'a part of another name',
      bad: { ...detect, files: [{ part: 'image', bytes: face }] },
      told: partMissing('file'),
      good,
    },
    byHand(
      'text in the place of the file',
      hand('b', [{ name: 'file', bytes: 'a.jpg' }]),
      partMissing('file'),
    ),
    {
      what: 'one of two pictures',
      bad: { path: '/verification/verify', files: [{ part: 'source_image', bytes: face }] },
      told: partMissing('target_image'),
      good: {
        path: '/verification/verify',
        files: [
          { part: 'source_image', bytes: face },
          { part: 'target_image', bytes: face },
        ],
      },
    },
    byHand('no part at all', hand('b', [], '--b--\r\n'), partMissing('file')),
    byHand('nothing', new Uint8Array(0), wentWrong),
    byHand('another boundary than it says', hand('b', [goodFile]), wentWrong, 'c'),
    byHand('no end', hand('b', [goodFile], ''), wentWrong),
    byHand('half an end', hand('b', [goodFile], '\r\n--b'), wentWrong),
    byHand(
      'a part without its name',
      new Uint8Array(Buffer.from('--b\r\nX: y\r\n\r\nz\r\n--b--\r\n')),
      partMissing('file'),
    ),
    byHand('40 parts', hand('b', Array(40).fill({ name: 'x', bytes: 'y' })), wentWrong),
    byHand('a field of 100 kB', hand('b', [{ name: 'x', bytes: 'y'.repeat(100_000) }, goodFile]), wentWrong),
    byHand(
      'two files of one name, of which the first counts',
      hand('b', [{ ...goodFile, bytes: 'no picture' }, goodFile]),
      noFace,
    ),
    {
      what: 'a file a byte over 5 MB',
      bad: { ...detect, files: [{ bytes: new Uint8Array(5 * MiB + 1) }] },
      told: wentWrong,
      good: { ...detect, files: [{ bytes: padded(face, 5 * MiB) }] },
    },
    {
      what: 'files of 12 MB together',
      bad: {
        ...detect,
        files: [4, 4, 4].map((size, at) => ({ part: `f${at}`, bytes: new Uint8Array(size * MiB) })),
      },
      told: wentWrong,
      good: { ...detect, files: [{ bytes: face }, { part: 'more', bytes: new Uint8Array(4 * MiB) }] },
    },
  ];
}

/** What stands after a JPEG's end is none of its business. */
function padded(jpeg: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(jpeg);
  return bytes;
}
