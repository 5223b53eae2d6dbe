/**
 * A frame on the pipe between main and vision: two little-endian uint32 (bytes of the header, bytes of the body), the
 * header as JSON, and the body. Binary values of the message lie in the body one after the other; in the header each
 * is a marker with its kind, offset and length, so pictures travel as they are.
 */
export const prefixBytes = 8;

/** Of header and body together: what is larger is not sent, and when it is announced, the stream is no stream of frames. */
export const maxFrameBytes = 2 ** 27;

const markerKey = '$binary';
type Marker = { readonly [markerKey]: readonly [kind: 'bytes' | 'float32', offset: number, bytes: number] };

/** A message as it came: the header parsed, its markers not yet resolved. `body` has an ArrayBuffer of its own. */
export type Frame = { readonly header: unknown; readonly body: Uint8Array<ArrayBuffer> };

/** The limit that a frame broke, or what about it was no frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** The chunks of a message's frame: prefix and header first, then its binary values, which are not copied. */
export function encodeFrame(message: object): Uint8Array[] {
  const parts: Uint8Array[] = [];
  // Not a replacer of stringify: before it is asked, a Buffer has been turned into an array of numbers.
  const header = JSON.stringify(setMarkers(message, { parts, bytes: 0 }));
  const headerBytes = Buffer.byteLength(header);
  const bodyBytes = parts.reduce((bytes, part) => bytes + part.byteLength, 0);
  if (headerBytes + bodyBytes > maxFrameBytes) {
    throw new FrameError(`A frame of ${headerBytes + bodyBytes} bytes is over the limit of ${maxFrameBytes}`);
  }
  const head = Buffer.allocUnsafe(prefixBytes + headerBytes);
  head.writeUInt32LE(headerBytes, 0);
  head.writeUInt32LE(bodyBytes, 4);
  head.write(header, prefixBytes);
  return [head, ...parts];
}

/** The value with its binary values moved to the end of the body. */
function setMarkers(value: unknown, body: { readonly parts: Uint8Array[]; bytes: number }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => setMarkers(item, body));
  if (value instanceof Uint8Array || value instanceof Float32Array) {
    const marker: Marker = {
      [markerKey]: [value instanceof Float32Array ? 'float32' : 'bytes', body.bytes, value.byteLength],
    };
    body.parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    body.bytes += value.byteLength;
    return marker;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, setMarkers(item, body)]));
}

/** The message of a frame. Bytes are views on the body, vectors are copies, so that keeping one does not keep the body. */
export function decodeMessage({ header, body }: Frame): unknown {
  return resolveMarkers(header, body);
}

function resolveMarkers(value: unknown, body: Uint8Array<ArrayBuffer>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => resolveMarkers(item, body));
  if (isMarker(value)) {
    const [kind, offset, bytes] = value[markerKey];
    const view = body.subarray(offset, offset + bytes);
    if (view.byteLength !== bytes) throw new FrameError('A binary value reaches over the end of its frame');
    return kind === 'float32' ? new Float32Array(view.slice().buffer) : view;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveMarkers(item, body)]));
}

function isMarker(value: object): value is Marker {
  return markerKey in value;
}

/** Cuts a stream of chunks, however they fall, into frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #prefix = Buffer.alloc(prefixBytes);
  #filled = 0;
  /** The frame that is being read; until its prefix is complete there is none. */
  #open:
    | { readonly headerBytes: number; readonly header: Buffer; readonly body: Buffer<ArrayBuffer> }
    | undefined;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Throws a `FrameError` where the stream is no stream of frames; then it must not be called again. */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0) {
      if (this.#open === undefined) {
        rest = rest.subarray(this.#fill(this.#prefix, 0, rest));
        if (this.#filled === prefixBytes) this.#openFrame();
      } else {
        const { headerBytes, header, body } = this.#open;
        const inHeader = this.#filled < headerBytes;
        rest = rest.subarray(inHeader ? this.#fill(header, 0, rest) : this.#fill(body, headerBytes, rest));
      }
      this.#closeFrameIfComplete();
    }
  }

  /** Copies what fits into the target, whose first byte is the `startsAt`-th of its part of the frame. */
  #fill(target: Buffer, startsAt: number, from: Uint8Array): number {
    const at = this.#filled - startsAt;
    const taken = Math.min(target.byteLength - at, from.byteLength);
    target.set(from.subarray(0, taken), at);
    this.#filled += taken;
    return taken;
  }

  #openFrame(): void {
    const sizes = bytesOfPrefix(this.#prefix);
    this.#open = { headerBytes: sizes.header, ...openFrame(sizes) };
    this.#filled = 0;
  }

  #closeFrameIfComplete(): void {
    const open = this.#open;
    if (open === undefined || this.#filled < open.headerBytes + open.body.byteLength) return;
    this.#open = undefined;
    this.#filled = 0;
    this.#onFrame({ header: parseHeader(open.header), body: new Uint8Array(open.body.buffer) });
  }
}

export type FrameSizes = { readonly header: number; readonly body: number };

/** Throws a `FrameError` where no frame can begin like this. */
export function bytesOfPrefix(prefix: Buffer): FrameSizes {
  const header = prefix.readUInt32LE(0);
  const body = prefix.readUInt32LE(4);
  if (header === 0 || header + body > maxFrameBytes) {
    throw new FrameError(`No frame: it would have ${header} + ${body} bytes`);
  }
  return { header, body };
}

/** Room for a frame; not from Node's pool, for what is made of the body must not keep others' bytes. */
export function openFrame({ header, body }: FrameSizes): { header: Buffer; body: Buffer<ArrayBuffer> } {
  return { header: Buffer.allocUnsafeSlow(header), body: Buffer.allocUnsafeSlow(body) };
}

export function parseHeader(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'));
  } catch (cause) {
    throw new FrameError('No frame: its header is no JSON', { cause });
  }
}
