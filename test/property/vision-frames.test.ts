import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMessage,
  encodeFrame,
  FrameError,
  FrameReader,
  maxFrameBytes,
} from '../../src/adapters/vision/process/frames.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.uint8Array({ maxLength: 300 }),
  fc.float32Array({ maxLength: 40 }),
);
const message = fc.record({
  type: fc.string(),
  id: fc.nat(),
  list: fc.array(fc.record({ one: leaf, other: fc.array(leaf) })),
  picture: leaf,
});

function bytesOf(messages: readonly object[]): Uint8Array {
  return Buffer.concat(messages.flatMap((each) => encodeFrame(each)));
}

function readAll(stream: Uint8Array, cuts: readonly number[]): unknown[] {
  const read: unknown[] = [];
  const reader = new FrameReader((frame) => read.push(decodeMessage(frame)));
  const places = [...cuts.map((cut) => cut % (stream.byteLength + 1)), stream.byteLength].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const to of places) {
    // As the pipe does it: the chunk's memory is written over once it was taken.
    const chunk = stream.slice(from, to);
    reader.push(chunk);
    chunk.fill(0xff);
    from = to;
  }
  return read;
}

describe('frames', () => {
  it('carry every message whole, bit for bit, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (messages, cuts) => {
          expect(readAll(bytesOf(messages), cuts)).toEqual(messages);
        },
      ),
    );
  });

  it('take a Buffer for its bytes', () => {
    const [read] = readAll(bytesOf([{ picture: Buffer.from('abc') }]), []);
    expect(read).toEqual({ picture: Uint8Array.of(97, 98, 99) });
  });

  it('give a vector memory of its own, so that keeping it does not keep its frame', () => {
    const [read] = readAll(bytesOf([{ crop: new Uint8Array(1000), vector: Float32Array.of(1, 2) }]), []);
    expect((read as { vector: Float32Array }).vector.buffer.byteLength).toBe(8);
  });

  it('refuse a stream that is none of theirs, and never anything but with a FrameError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (noise) => {
        try {
          readAll(noise, []);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
    expect(() => readAll(Buffer.from('HTTP/1.1 400 Bad Request\r\n'), [])).toThrow(FrameError);
    expect(() => readAll(Buffer.from('\x04\0\0\0\0\0\0\0nope'), [])).toThrow(FrameError);
  });

  it('refuse to be larger than their limit on either side', () => {
    expect(() => encodeFrame({ picture: new Uint8Array(maxFrameBytes) })).toThrow(FrameError);
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(10, 0);
    prefix.writeUInt32LE(maxFrameBytes, 4);
    expect(() => readAll(prefix, [])).toThrow(FrameError);
  });

  it('refuse a binary value that reaches over the end of the frame', () => {
    const header = Buffer.from(JSON.stringify({ picture: { $binary: ['bytes', 2, 3] } }));
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(header.byteLength, 0);
    prefix.writeUInt32LE(4, 4);
    expect(() => readAll(Buffer.concat([prefix, header, Buffer.alloc(4)]), [])).toThrow(FrameError);
  });
});
