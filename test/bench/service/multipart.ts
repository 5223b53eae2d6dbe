import { randomUUID } from 'node:crypto';

/** A multipart body that is made once and sent many times. */
export type Multipart = { readonly contentType: string; readonly body: Buffer };

/** The picture as the part `file`, as CompreFace's clients send it. */
export function multipartOf(fileName: string, picture: Uint8Array): Multipart {
  const boundary = `ostiary-bench-${randomUUID()}`;
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${fileName}"`,
    'Content-Type: application/octet-stream',
    '',
    '',
  ].join('\r\n');
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
