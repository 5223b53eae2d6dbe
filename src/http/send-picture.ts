import type { RequestContext } from './dialect.ts';

/** Every JPEG begins with these. */
const jpegHead = [0xff, 0xd8] as const;

/** Answers with a picture that was kept. A JPEG, as all thumbnails and crops are, is told to be one; others are bytes. */
export function sendPicture(ctx: RequestContext, picture: Uint8Array): void {
  const isJpeg = jpegHead.every((byte, at) => picture[at] === byte);
  ctx.type = isJpeg ? 'image/jpeg' : 'application/octet-stream';
  ctx.body = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
}
