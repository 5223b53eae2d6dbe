import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonChange } from '../../../src/domain/gallery.ts';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { type PortraitName, portrait } from '../../harness/photographs.ts';
import { rounded } from '../../harness/wire-shapes.ts';

// The numbers in brackets are lines of CompreFace's REST API description; "server" is what the real one does.

let app: TestApp;
let ids: Record<'ann' | 'bea', string>;
let embeddings: Record<'ann' | 'bea' | 'cleo', number[]>;

beforeAll(async () => {
  app = await startTestApp();
  ids = { ann: await enrol('ann'), bea: await enrol('bea') };
  embeddings = { ann: await embed('ann'), bea: await embed('bea'), cleo: await embed('cleo') };
});
afterAll(() => app[Symbol.asyncDispose]());

function ask(rest: string, more: Call) {
  return call(app.compreface.address, 'POST', `/api/v1${rest}`, { key: app.keys.recognition, ...more });
}

async function enrol(name: PortraitName): Promise<string> {
  const { json } = await ask(`/recognition/faces?subject=${name}`, {
    files: [{ bytes: await portrait(name) }],
  });
  return (json as { image_id: string }).image_id;
}

async function embed(name: PortraitName): Promise<number[]> {
  const files = [{ bytes: await portrait(name) }];
  const { json } = await ask('/recognition/recognize?face_plugins=calculator', { files });
  return (json as { result: { embedding: number[] }[] }).result[0]!.embedding;
}

describe('POST /recognition/embeddings/recognize', () => {
  it('names who each embedding is most similar to (589–622)', async () => {
    const { status, json } = await ask('/recognition/embeddings/recognize', {
      json: { embeddings: [embeddings.ann, embeddings.cleo] },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        result: [
          {
            embedding: embeddings.ann,
            similarities: [{ subject: 'ann', similarity: 1, image_id: ids.ann }],
          },
          {
            embedding: embeddings.cleo,
            similarities: [
              {
                subject: expect.stringMatching(/^(ann|bea)$/),
                similarity: expect.toSatisfy((similarity: number) => similarity < 0.5),
                image_id: expect.any(String),
              },
            ],
          },
        ],
      },
    });
  });

  it('gives as many predictions as are asked for (599)', async () => {
    const { json } = await ask('/recognition/embeddings/recognize?prediction_count=5', {
      json: { embeddings: [embeddings.bea] },
    });
    expect(json).toMatchObject({ result: [{ similarities: [{ subject: 'bea' }, { subject: 'ann' }] }] });
  });

  it('takes an embedding of any length as a vector', async () => {
    const doubled = embeddings.ann.map((value) => 2 * value);
    const { json } = await ask('/recognition/embeddings/recognize', { json: { embeddings: [doubled] } });
    expect(json).toMatchObject({ result: [{ similarities: [{ subject: 'ann', similarity: 1 }] }] });
  });
});

describe('a request with many embeddings', () => {
  it('is answered for 180 of them, and for 512 short ones', async () => {
    const many = Array.from({ length: 180 }, () => embeddings.ann);
    const ones = Array.from({ length: 512 }, () => embeddings.ann.map(() => 1));
    for (const sent of [many, ones]) {
      const { status, json } = await ask('/recognition/embeddings/recognize', { json: { embeddings: sent } });
      expect(status).toBe(200);
      expect((json as { result: unknown[] }).result).toHaveLength(sent.length);
    }
  });
});

describe('POST /recognition/embeddings/faces/<image_id>/verify', () => {
  it('compares embeddings with an example, best first (623–648; server)', async () => {
    const { status, json } = await ask(`/recognition/embeddings/faces/${ids.bea}/verify`, {
      json: { embeddings: [embeddings.ann, embeddings.bea] },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        result: [
          { embedding: embeddings.bea, similarity: 1 },
          { embedding: embeddings.ann, similarity: rounded },
        ],
      },
    });
  });

  it.each<[string, PersonChange]>([
    ['suspended', { status: 'suspended' }],
    ['not valid yet', { validFromMs: Date.now() + 3_600_000 }],
    ['not valid any more', { validUntilMs: 1_000 }],
  ])('knows no image of a person who is %s, as a search finds none', async (_standing, change) => {
    const { gallery } = app.services;
    const { personId } = (await gallery.findReference(app.collection.id, ids.bea))!;
    await gallery.updatePerson(personId, change);
    const replies = [
      await ask(`/recognition/embeddings/faces/${ids.bea}/verify`, {
        json: { embeddings: [embeddings.bea] },
      }),
      await ask(`/recognition/faces/${ids.bea}/verify`, { files: [{ bytes: await portrait('bea') }] }),
    ];
    await gallery.updatePerson(personId, { status: 'active', validFromMs: null, validUntilMs: null });
    const unknown = { status: 404, json: { message: 'Image Id is incorrect', code: 44 } };
    expect(replies).toMatchObject([unknown, unknown]);
  });

  it('refuses an unknown image', async () => {
    const json = { embeddings: [embeddings.ann] };
    expect(
      await ask('/recognition/embeddings/faces/6b135f5b-a365-4522-b1f1-4c9ac2dd0728/verify', { json }),
    ).toMatchObject({
      status: 404,
      json: { message: 'Image Id is incorrect', code: 44 },
    });
  });
});

describe('POST /verification/embeddings/verify', () => {
  it('compares targets with a source, best first (649–674; server)', async () => {
    const { status, json } = await ask('/verification/embeddings/verify', {
      key: app.keys.verification,
      json: { source: embeddings.cleo, targets: [embeddings.ann, embeddings.cleo] },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        result: [
          { embedding: embeddings.cleo, similarity: 1 },
          { embedding: embeddings.ann, similarity: rounded },
        ],
      },
    });
  });
});

describe('an embedding of a wrong length', () => {
  it('is refused with both lengths (server: 37)', async () => {
    const short = [0.1, 0.2, 0.3];
    const { verification } = app.keys;
    const replies = await Promise.all([
      ask('/recognition/embeddings/recognize', { json: { embeddings: [short] } }),
      ask(`/recognition/embeddings/faces/${ids.ann}/verify`, { json: { embeddings: [short] } }),
      ask('/verification/embeddings/verify', { key: verification, json: { source: short, targets: [] } }),
    ]);
    for (const { status, json } of replies) {
      expect({ status, json }).toEqual({
        status: 400,
        json: { message: '128 embeddings were expected, but 3 were provided', code: 37 },
      });
    }
  });
});
