import type { Picture } from '../domain/picture.ts';

/**
 * Gives the memory of a picture back at once; its data is empty afterwards. Left to the garbage collector, the megabytes
 * that come and go with every picture make it look through the whole heap for each of them.
 */
export function releasePicture({ data }: Picture): void {
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength) buffer.transfer(0);
}
