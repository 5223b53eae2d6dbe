import { crc32, deflateSync } from 'node:zlib';
import type { TestApp } from '../../../harness/app.ts';
import { call } from '../../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../../harness/photographs.ts';

/** What the rows are made from. */
export type Material = {
  /** One face, as a file and as base64. */
  readonly face: Buffer;
  readonly text: string;
  readonly nobody: Buffer;
  readonly several: Buffer;
  /** An example of the subject `Known`, and its embedding. */
  readonly imageId: string;
  readonly embedding: readonly number[];
  /** Keys that were good once. */
  readonly revokedKey: string;
  readonly expiredKey: string;
  /** Another collection's key. */
  readonly foreignKey: string;
};

export async function prepare(app: TestApp): Promise<Material> {
  const { access } = app.services;
  const face = await portrait('ann');
  const key = app.keys.recognition;
  const ask = async (rest: string) => {
    const files = [{ bytes: face }];
    return (await call(app.compreface.address, 'POST', `/api/v1/recognition${rest}`, { key, files })).json;
  };
  const { image_id } = (await ask('/faces?subject=Known')) as { image_id: string };
  const { result } = (await ask('/recognize?face_plugins=calculator')) as {
    result: { embedding: number[] }[];
  };
  const credential = {
    dialect: 'compreface',
    services: ['recognition'],
    right: 'write',
    reach: [app.collection.id],
    name: 'of a test',
  } as const;
  const revoked = await access.create(credential);
  await access.revoke(revoked.credential.id);
  return {
    face,
    text: face.toString('base64'),
    nobody: await emptyRoom(),
    several: group(3),
    imageId: image_id,
    embedding: result[0]!.embedding,
    revokedKey: revoked.secret,
    expiredKey: (await access.create({ ...credential, expiresAtMs: 1_000 })).secret,
    foreignKey: (await app.issueKeys('foreign')).keys.recognition,
  };
}

/** A whole PNG of black pixels, one bit each: hundreds of millions of them in a few kilobytes. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A multipart body written by hand. */
export function multipart(
  boundary: string,
  parts: readonly { name: string; fileName?: string; bytes: Uint8Array | string }[],
  end = `\r\n--${boundary}--\r\n`,
): Buffer {
  const written = parts.flatMap(({ name, fileName, bytes }, at) => [
    `${at === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    `${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    bytes,
  ]);
  return Buffer.concat([...written, end].map((piece) => Buffer.from(piece as string)));
}
