import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, openStage, type Stage, urls, wireBox } from './stage.ts';

// The numbers in brackets are lines of FindFace's documentation; R is RECOVERED, "ours" what neither tells.

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await openStage();
  client = await stage.client();
});
afterAll(() => stage[Symbol.asyncDispose]());

type Verified = {
  results: { bbox1: object; bbox2: object; confidence: number; verified?: boolean }[];
  verified?: boolean;
};
const share = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0 && value <= 1);

async function detected(name: 'ann' | 'bea' | 'group') {
  const { json } = await client.form('/v1/detect/', { photo: stage.photos[name] });
  return (json as { faces: { x1: number; y1: number; x2: number; y2: number }[] }).faces;
}

describe('POST /detect', () => {
  it('tells age, emotions and gender on request, and where the face is (5–64)', async () => {
    const { status, headers, json } = await client.post('/v1/detect/', {
      ...{ photo: urls.ann, emotions: true, gender: true, age: true },
    });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const name = expect.stringMatching(/^(neutral|happy|sad|angry|fear|disgust|surprise)$/);
    expect(json).toEqual({
      faces: [
        {
          age: expect.toSatisfy(Number.isInteger),
          emotions: [name, name],
          gender: expect.stringMatching(/^(fe)?male$/),
          ...wireBox,
        },
      ],
    });
  });

  it('tells where the faces are and nothing besides when nothing is asked (18–20)', async () => {
    const { json } = await client.form('/v0/detect', { photo: stage.photos.group });
    const { faces } = json as { faces: unknown[] };
    expect(faces.length).toBeGreaterThan(1);
    for (const face of faces) expect(face).toEqual(wireBox);
  });

  it('takes flags as forms send them (12–16)', async () => {
    const { json } = await client.form('/v1/detect', { photo: stage.photos.ann, age: 'true', gender: '0' });
    expect(json).toEqual({ faces: [{ age: expect.any(Number), ...wireBox }] });
  });

  it('has an empty list for a picture of nobody (ours)', async () => {
    const { status, json } = await client.form('/v1/detect', { photo: stage.photos.nobody });
    expect({ status, json }).toEqual({ status: 200, json: { faces: [] } });
  });
});

describe('POST /verify', () => {
  it('says of the biggest faces whether they are one person’s (66–168)', async () => {
    const { status, json } = await client.post('/v0/verify/', { photo1: urls.ann, photo2: urls.otherAnn });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        results: [{ bbox1: wireBox, bbox2: wireBox, confidence: share, verified: true }],
        verified: true,
      },
    });
  });

  it('is exactly sure of one picture twice (2 of RECOVERED)', async () => {
    const { json } = await client.post('/v0/verify/', { photo1: urls.ann, photo2: urls.ann });
    expect((json as Verified).results[0]!.confidence).toBe(1);
  });

  it.each([
    ['strict', 0.85],
    ['medium', 0.7],
    ['low', 0.65],
    [undefined, 0.75],
    [0.1, 0.1],
    ['0.9', 0.9],
  ])('decides by the threshold %s (72, 78, 92)', async (threshold, least) => {
    const [photo1, photo2] = [urls.ann, urls.group];
    const { json } = await client.post('/v0/verify/', { photo1, photo2, threshold, mf_selector: 'all' });
    const { results, verified } = json as Verified;
    expect(results.map((pair) => pair.verified)).toEqual(
      results.map(({ confidence }) => confidence >= least),
    );
    expect(verified).toBe(results.some((pair) => pair.verified));
  });

  it('decides nothing without a threshold (74, 107)', async () => {
    const { json } = await client.post('/v0/verify/', {
      ...{ photo1: urls.ann, photo2: urls.otherAnn, threshold: 'none' },
    });
    expect(json).toEqual({ results: [{ bbox1: wireBox, bbox2: wireBox, confidence: share }] });
  });

  it('compares all faces with all, and is true if each of the first has a match (100, 107)', async () => {
    const [group, ann] = [await detected('group'), await detected('ann')];
    const all = { mf_selector: 'all' };
    const within = await client.post('/v0/verify/', { photo1: urls.ann, photo2: urls.group, ...all });
    expect((within.json as Verified).results).toHaveLength(group.length * ann.length);
    expect((within.json as Verified).verified).toBe(true);
    const around = await client.post('/v0/verify/', { photo1: urls.group, photo2: urls.ann, ...all });
    expect((around.json as Verified).verified).toBe(false);
    expect((around.json as Verified).results.some(({ verified }) => verified)).toBe(true);
  });

  it('refuses several faces where that is asked for, and says where they are (96, 281, 320–362)', async () => {
    const { status, json } = await client.post('/v0/verify/', {
      ...{ photo1: urls.ann, photo2: urls.group, mf_selector: 'reject' },
    });
    const faces = await detected('group');
    expect({ status, json }).toEqual({
      status: 400,
      json: { code: 400, faces, reason: `Too many faces: ${faces.length}` },
    });
  });

  it('takes the faces that boxes name, whatever the selector says (88–90, 102–104)', async () => {
    const [first, second] = await detected('group');
    const { status, json } = await client.post('/v0/verify/', {
      ...{ photo1: urls.group, photo2: urls.group, mf_selector: 'reject' },
      bbox1: [first],
      bbox2: [
        [first!.x1, first!.y1, first!.x2, first!.y2],
        [second!.x1, second!.y1, second!.x2, second!.y2],
      ],
    });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: {
        results: [
          { bbox1: first, bbox2: first, confidence: 1, verified: true },
          { bbox1: first, bbox2: second, verified: false },
        ],
        verified: true,
      },
    });
  });

  it('takes a box in a form as text (88)', async () => {
    const [, second] = await detected('group');
    const { x1, y1, x2, y2 } = second!;
    const { json } = await client.form('/v0/verify/', {
      ...{ photo1: stage.photos.group, photo2: stage.photos.ann, bbox1: `[${x1}, ${y1}, ${x2}, ${y2}]` },
    });
    expect((json as Verified).results).toMatchObject([{ bbox1: second }]);
  });

  it('needs a face in each (ours)', async () => {
    const { nobody: photo1, ann: photo2 } = stage.photos;
    const { status, json } = await client.form('/v0/verify', { photo1, photo2 });
    expect({ status, json }).toEqual({ status: 400, json: { code: 'NO_FACES', reason: 'No faces found' } });
  });
});

describe('A photo', () => {
  let token: Client;
  beforeEach(async () => {
    token = await stage.client();
  });
  const refused = (code: string, reason: string) => ({ status: 400, json: { code, reason } });

  it('may be missing, and is asked for (ours)', async () => {
    const { status, json } = await token.post('/v0/detect', { age: true });
    expect({ status, json }).toEqual(
      refused('BAD_PARAM', 'photo: must be an uploaded image or the URL of one'),
    );
  });

  it('is not fetched from where the operator does not allow it (R)', async () => {
    const { status, json } = await token.post('/v0/detect', { photo: 'http://127.0.0.1:1/a.jpg' });
    expect({ status, json }).toEqual(refused('BAD_PARAM', 'Pictures are not fetched from this address'));
  });

  it('that is none is refused (ours)', async () => {
    const { status, json } = await token.form('/v0/detect', { photo: Buffer.from('no picture') });
    expect({ status, json }).toEqual(refused('BAD_IMAGE', expect.any(String) as unknown as string));
  });

  it('may be a URL in a form, in a query and in JSON under a form’s name (R: sloppy clients)', async () => {
    const typed = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const replies = await Promise.all([
      token.form('/v0/detect', { photo: urls.ann }),
      token.send('POST', '/v0/detect', { body: `photo=${encodeURIComponent(urls.ann)}`, headers: typed }),
      token.send('POST', '/v0/detect', { body: JSON.stringify({ photo: urls.ann }), headers: typed }),
      token.post(`/v0/detect?photo=${encodeURIComponent(urls.ann)}`),
      token.post(`/v0/detect/?photo=${encodeURIComponent(urls.ann)}?limit=0`),
    ]);
    for (const { status, json } of replies)
      expect({ status, json }).toEqual({ status: 200, json: { faces: [wireBox] } });
  });
});
