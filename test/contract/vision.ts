import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AppError, ErrorCode } from '../../src/domain/errors.ts';
import type { AnalysedPicture, Attribute } from '../../src/domain/face.ts';
import {
  type AnalyseRequest,
  type Priority,
  priorities,
  type Vision,
} from '../../src/domain/ports/vision.ts';

/** What the suite works with: a vision that is ready, its queue of the given length, and pictures for it. */
export type VisionUnderTest = {
  readonly vision: Vision;
  /** How many requests it has in progress at a time; the rest wait. */
  readonly places: number;
  /** Each shows at least one face. */
  readonly pictures: readonly [Uint8Array, Uint8Array, ...Uint8Array[]];
  readonly unreadable: Uint8Array;
  /** An attribute without a network, where there is one. */
  readonly lacking?: Attribute;
};

/** A picture may take seconds on a busy machine; none of these tests is about how long. */
const patience = { timeout: 60_000 };

type Open = (queueCapacity: number) => Promise<VisionUnderTest>;

/** What every Vision keeps, whatever analyses its pictures. */
export function visionContract(name: string, open: Open): void {
  describe(name, patience, () => {
    answersContract(open);
    queueContract(open);
    endContract(open);
  });
}

/** The part of the contract that the networks have a share in. */
export function visionAnswersContract(name: string, open: Open): void {
  describe(name, patience, () => answersContract(open));
}

function answersContract(open: Open): void {
  it('answers a picture with its size and its faces', async () => {
    const { vision, pictures } = await open(4);
    await using _ = vision;
    const answer = await vision.analyse(asking(pictures[0]));
    expect(answer.width).toBeGreaterThan(0);
    expect(answer.faces.length).toBeGreaterThan(0);
    const { dimensions, id } = (await vision.ready()).embedding;
    for (const { template, crop } of answer.faces) {
      expect(template?.modelId).toBe(id);
      expect(template?.vector).toBeInstanceOf(Float32Array);
      expect(template?.vector.length).toBe(dimensions);
      expect(crop?.jpeg.byteLength).toBeGreaterThan(0);
    }
    expect(answer.stageMs.queue).toBeGreaterThanOrEqual(0);
  });

  it('makes the picture itself small where that is asked for, and only there', async () => {
    const { vision, pictures } = await open(4);
    await using _ = vision;
    expect(await vision.analyse(asking(pictures[0]))).not.toHaveProperty('thumbnail');
    const small = { ...asking(pictures[0]), maxFaces: 1, thumbnail: true };
    const { thumbnail } = await vision.analyse(small);
    expect(thumbnail?.byteLength).toBeGreaterThan(0);
    expect((await vision.analyse(small)).thumbnail).toEqual(thumbnail);
  });

  it('makes the same template of a stored crop, bit for bit', async () => {
    const { vision, pictures } = await open(4);
    await using _ = vision;
    const [face] = (await vision.analyse(asking(pictures[0]))).faces;
    expect(await vision.embedCrop(face!.crop!, { priority: 'background' })).toEqual(face!.template);
  });

  it('gives the same results alone and under load', async () => {
    const { vision, pictures } = await open(64);
    await using _ = vision;
    const alone: AnalysedPicture[] = [];
    for (const picture of pictures) alone.push(await vision.analyse(asking(picture)));
    const many = [...pictures, ...pictures, ...pictures];
    const together = await Promise.all(many.map((picture) => vision.analyse(asking(picture))));
    const expected = [...alone, ...alone, ...alone];
    expect(together.map(textOf)).toEqual(expected.map(textOf));
  });

  it('leaves the picture of its caller as it was', async () => {
    const { vision, pictures } = await open(4);
    await using _ = vision;
    const before = Buffer.from(pictures[0]);
    await vision.analyse(asking(pictures[0]));
    expect(before.equals(pictures[0])).toBe(true);
  });

  it('refuses what is no picture, and answers the next', async () => {
    const { vision, pictures, unreadable } = await open(4);
    await using _ = vision;
    expect(await codeOf(vision.analyse(asking(unreadable)))).toBe('picture-unreadable');
    expect((await vision.analyse(asking(pictures[0]))).faces.length).toBeGreaterThan(0);
  });

  it('refuses an attribute whose network is not installed', async (test) => {
    const { vision, pictures, lacking } = await open(4);
    await using _ = vision;
    if (lacking === undefined) return test.skip('every network is installed');
    expect(await codeOf(vision.analyse({ ...asking(pictures[0]), attributes: [lacking] }))).toBe(
      'model-missing',
    );
  });
}

function queueContract(open: Open): void {
  it('takes the more urgent first, and of the equally urgent the one that waited longer', async () => {
    const opened = await open(16);
    const { vision, pictures } = opened;
    await using _ = vision;
    const order: string[] = [];
    const ask = async (title: string, priority: Priority) => {
      await vision.analyse(asking(pictures[0], priority));
      order.push(title);
    };
    const atWork = fillPlaces(opened);
    const asked = [...priorities]
      .reverse()
      .flatMap((priority) => [ask(`${priority} 1`, priority), ask(`${priority} 2`, priority)]);
    await Promise.all([...atWork, ...asked]);
    expect(order).toEqual([
      'door 1',
      'door 2',
      'interactive 1',
      'interactive 2',
      'background 1',
      'background 2',
    ]);
  });

  it('refuses at once when its queue is full, and says when to come again', async () => {
    const opened = await open(2);
    const { vision, pictures } = opened;
    await using _ = vision;
    const atWork = fillPlaces(opened);
    const waiting = [vision.analyse(asking(pictures[0])), vision.analyse(asking(pictures[1]))];
    expect(vision.status().queued).toBe(2);
    const error = await errorOf(vision.analyse(asking(pictures[0], 'door')));
    expect(error.code).toBe('overloaded');
    expect(error.details.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    await Promise.all([...atWork, ...waiting]);
    expect(vision.status()).toMatchObject({ queued: 0, running: 0 });
  });

  it('gives the place of a caller who leaves to the next, at once', async () => {
    const opened = await open(1);
    const { vision, pictures } = opened;
    await using _ = vision;
    const atWork = fillPlaces(opened);
    const leaving = new AbortController();
    const left = codeOf(vision.analyse(asking(pictures[0]), leaving.signal));
    expect(vision.status().queued).toBe(1);
    leaving.abort();
    expect(vision.status().queued).toBe(0);
    const next = vision.analyse(asking(pictures[1]));
    expect(await left).toBe('cancelled');
    expect((await next).faces.length).toBeGreaterThan(0);
    await Promise.all(atWork);
  });

  it('does not keep a caller who leaves while her picture is at work', async () => {
    const { vision, pictures } = await open(1);
    await using _ = vision;
    const leaving = new AbortController();
    const left = codeOf(vision.analyse(asking(pictures[0]), leaving.signal));
    expect(vision.status().running).toBe(1);
    leaving.abort();
    expect(await left).toBe('cancelled');
    expect((await vision.analyse(asking(pictures[1]))).faces.length).toBeGreaterThan(0);
  });

  it('does nothing for a caller who has left before', async () => {
    const { vision, pictures } = await open(1);
    await using _ = vision;
    expect(await codeOf(vision.analyse(asking(pictures[0]), AbortSignal.abort()))).toBe('cancelled');
    expect(vision.status()).toMatchObject({ queued: 0, running: 0 });
  });
}

function endContract(open: Open): void {
  it('refuses what is pending when it is stopped, and everything later', async () => {
    const { vision, pictures } = await open(8);
    const pending = [1, 2, 3, 4].map(() => codeOf(vision.analyse(asking(pictures[0]))));
    await vision[Symbol.asyncDispose]();
    expect(await Promise.all(pending)).toEqual(Array(4).fill('vision-down'));
    expect(await codeOf(vision.analyse(asking(pictures[0])))).toBe('vision-down');
    expect(await codeOf(vision.ready())).toBe('vision-down');
    expect(vision.status()).toMatchObject({ state: 'stopped', queued: 0 });
  });

  it('can be stopped twice', async () => {
    const { vision } = await open(1);
    await Promise.all([vision[Symbol.asyncDispose](), vision[Symbol.asyncDispose]()]);
    await vision[Symbol.asyncDispose]();
    expect(vision.status().state).toBe('stopped');
  });

  it('says what it has loaded, how it is, and what memory it takes', async () => {
    const { vision } = await open(1);
    await using _ = vision;
    const models = await vision.ready(AbortSignal.timeout(30_000));
    await expect.poll(() => vision.status().rssBytes, { timeout: 10_000 }).toBeGreaterThan(2 ** 20);
    expect(vision.status()).toMatchObject({ state: 'ready', restarts: 0, queued: 0, running: 0, models });
  });

  it('does not wait for readiness longer than the caller does', async () => {
    const { vision } = await open(1);
    await using _ = vision;
    await expect(vision.ready(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
  });
}

/** A request for everything that every vision can do. */
export function asking(picture: Uint8Array, priority: Priority = 'interactive'): AnalyseRequest {
  return { picture, priority, faces: 'detect', maxFaces: 0, embed: true, crop: true, attributes: [] };
}

/** Asks as often as it takes that the next who asks has to wait. */
function fillPlaces({ vision, pictures, places }: VisionUnderTest): Promise<AnalysedPicture>[] {
  return Array.from({ length: places }, () => vision.analyse(asking(pictures[0], 'door')));
}

/** All of an answer but its times, as a text: equal texts, equal answers, bit for bit. */
export function textOf({ stageMs: _, ...rest }: AnalysedPicture): string {
  const faces = rest.faces.map(({ template, crop, ...face }) => ({
    ...face,
    template: template && { ...template, vector: [...template.vector] },
    crop: crop && { ...crop, jpeg: createHash('sha256').update(crop.jpeg).digest('hex') },
  }));
  return JSON.stringify({ ...rest, faces });
}

export async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    return error as AppError;
  }
  throw new Error('Expected a rejection');
}

export async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  return (await errorOf(promise)).code;
}
