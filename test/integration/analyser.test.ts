import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxRuntime } from '../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type AnalysedFace, attributes, type Template } from '../../src/domain/face.ts';
import { boxOverlap } from '../../src/domain/geometry.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { Analyser } from '../../src/domain/ports/analyser.ts';
import type { PictureCodec } from '../../src/domain/ports/picture-codec.ts';
import type { AnalyseRequest } from '../../src/domain/ports/vision.ts';
import { openAnalyser } from '../../src/pipeline/open-analyser.ts';
import { portrait } from '../harness/photographs.ts';

const modelsFolder = process.env.OSTIARY_MODELS_DIR;
const facesFolder = process.env.OSTIARY_FACES_DIR;
const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const sample = (number: number): Uint8Array =>
  readFileSync(inRepository(`node_modules/@vladmandic/face-api/demo/sample${number}.jpg`));

type Request = Omit<AnalyseRequest, 'priority'>;
const recognise: Omit<Request, 'picture'> = {
  faces: 'detect',
  maxFaces: 0,
  embed: true,
  crop: false,
  attributes: [],
};

async function open(profile = 'default', codec = sharpPictureCodec()): Promise<Analyser> {
  return openAnalyser({
    store: await openModelStore({
      catalogueFile: inRepository('models/catalogue.json'),
      folders: [inRepository('models/onnx'), ...(modelsFolder ? [modelsFolder] : [])],
    }),
    profile,
    faceModels: openOnnxRuntime({ threads: 1 }),
    codec,
    limits: { maxPixels: 50_000_000, enoughLongSide: 1920 },
    tiles: 'auto',
    cropQuality: 95,
  });
}

function cosine(one: Template | undefined, other: Template | undefined): number {
  return one!.vector.reduce((sum, value, i) => sum + value * other!.vector[i]!, 0);
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code;
}

describe('the analyser', () => {
  let analyser: Analyser;
  beforeAll(async () => {
    analyser = await open();
  });
  afterAll(() => analyser[Symbol.asyncDispose]());

  it('names what the profile has loaded and what can be asked', () => {
    expect(analyser.models).toMatchObject({
      detector: 'blazeface',
      embedding: { dimensions: 128 },
      attributes: modelsFolder ? attributes : attributes.filter((attribute) => attribute !== 'liveness'),
    });
  });

  it('finds the women in a photograph, the largest first, in pixels of the whole picture', async () => {
    const { width, height, format, faces } = await analyser.analyse({ ...recognise, picture: sample(6) });
    expect([width, height, format]).toEqual([1920, 1537, 'jpeg']);
    expect(faces.length).toBeGreaterThan(1);
    const areas = faces.map(({ box }) => box.width * box.height);
    expect(areas).toEqual(areas.toSorted((one, other) => other - one));
    for (const { box, landmarks, template, quality } of faces) {
      const [leftEye, rightEye, nose, leftMouth] = landmarks;
      expect(leftEye[0]).toBeLessThan(rightEye[0]);
      expect(leftEye[1]).toBeLessThan(nose[1]);
      expect(nose[1]).toBeLessThan(leftMouth[1]);
      expect(nose[0]).toBeGreaterThan(box.x);
      expect(nose[0]).toBeLessThan(box.x + box.width);
      expect(Math.hypot(...template!.vector)).toBeCloseTo(1, 5);
      for (const part of Object.values(quality)) expect(part).toBeGreaterThanOrEqual(0);
      expect(quality.overall).toBeLessThanOrEqual(1);
    }
  });

  it('tells how many faces there are although fewer are asked for, and makes a small picture of each', async () => {
    const all = await analyser.analyse({ ...recognise, picture: sample(6) });
    const one = await analyser.analyse({ ...recognise, maxFaces: 1, thumb: true, picture: sample(6) });
    expect(all.facesFound).toBe(all.faces.length);
    expect(all.faces[0]).not.toHaveProperty('thumb');
    expect([one.facesFound, one.faces.length]).toEqual([all.facesFound, 1]);
    const { picture } = await sharpPictureCodec().decode(one.faces[0]!.thumb!, {
      maxPixels: 50_000,
      enoughLongSide: 1920,
    });
    expect([picture.width, picture.height]).toEqual([112, 112]);
  });

  it('makes the whole picture small, upright and without what its file tells besides', async () => {
    const thumbnailOf = async (picture: Uint8Array) => {
      const { thumbnail } = await analyser.analyse({ ...recognise, maxFaces: 1, thumbnail: true, picture });
      const { width, height, format, exif, icc, xmp, orientation } = await sharp(thumbnail).metadata();
      expect({ format, exif, icc, xmp, orientation }).toEqual({ format: 'jpeg' });
      return { size: [width, height], bytes: Buffer.from(thumbnail!) };
    };
    const plain = await thumbnailOf(sample(6));
    expect(plain.size).toEqual([320, 256]);
    const turned = await sharp(sample(6)).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const upright = await thumbnailOf(turned);
    expect(upright.size).toEqual([320, 256]);
    const [one, other] = await Promise.all(
      [plain, upright].map(({ bytes }) => sharp(bytes).raw().toBuffer()),
    );
    const apart = one!.reduce((sum, value, at) => sum + Math.abs(value - other![at]!), 0) / one!.length;
    expect(apart).toBeLessThan(4);
    expect((await thumbnailOf(await portrait('ann', 'other'))).size).toEqual([230, 320]);
    const stamp = await sharp(await portrait('ann'))
      .resize(90)
      .withExif({ IFD0: { Artist: 'Ann' } })
      .toBuffer();
    expect((await thumbnailOf(stamp)).size).toEqual([90, 126]);
  });

  it('takes nothing for a face that the detector all but rules out, whatever threshold is asked for', async () => {
    const request = { ...recognise, embed: false, picture: sample(1) };
    const { faces } = await analyser.analyse({ ...request, minDetectorScore: 0 });
    expect(faces.length).toBeLessThan(100);
    expect(Math.min(...faces.map(({ detectorScore }) => detectorScore))).toBeGreaterThanOrEqual(0.1);
  });

  it('gives the memory of a picture back without waiting for the garbage collector', async () => {
    const pictures: Picture[] = [];
    const codec = sharpPictureCodec();
    const keeping: PictureCodec = {
      ...codec,
      async decode(file, limits) {
        const decoded = await codec.decode(file, limits);
        pictures.push(decoded.picture);
        return decoded;
      },
    };
    await using watched = await open('default', keeping);
    await watched.analyse({ ...recognise, picture: sample(6) });
    await expect(
      watched.analyse({ ...recognise, picture: sample(6) }, AbortSignal.abort()),
    ).rejects.toThrow();
    expect(pictures.map(({ data }) => data.byteLength)).toEqual([0]);
  });

  it('keeps to the largest faces when so many are asked for', async () => {
    const all = await analyser.analyse({ ...recognise, picture: sample(6) });
    const one = await analyser.analyse({ ...recognise, maxFaces: 1, picture: sample(6) });
    expect(one.faces).toEqual(all.faces.slice(0, 1));
  });

  it('leaves faces out that the detector is less sure of than asked', async () => {
    const all = await analyser.analyse({ ...recognise, embed: false, picture: sample(6) });
    const scores = all.faces.map(({ detectorScore }) => detectorScore).sort();
    const bound = (scores.at(0)! + scores.at(-1)!) / 2;
    const sure = await analyser.analyse({
      ...recognise,
      embed: false,
      minDetectorScore: bound,
      picture: sample(6),
    });
    expect(sure.faces).toHaveLength(scores.filter((score) => score >= bound).length);
    expect(sure.faces.length).toBeLessThan(all.faces.length);
  });

  it('gives the same faces and templates whatever it saw before', async () => {
    const first = await analyser.analyse({ ...recognise, picture: sample(1) });
    await analyser.analyse({ ...recognise, picture: sample(6) });
    const again = await analyser.analyse({ ...recognise, picture: sample(1) });
    expect(again.faces).toEqual(first.faces);
  });

  it('answers calls that overlap as it answers them one by one', async () => {
    const numbers = [1, 2, 3];
    const alone: (readonly AnalysedFace[])[] = [];
    for (const number of numbers)
      alone.push((await analyser.analyse({ ...recognise, picture: sample(number) })).faces);
    const calls = numbers.map((number) => analyser.analyse({ ...recognise, picture: sample(number) }));
    expect((await Promise.all(calls)).map(({ faces }) => faces)).toEqual(alone);
  });

  it('makes the template from the stored crop, so that the crop gives it again bit for bit', async () => {
    const { faces } = await analyser.analyse({ ...recognise, crop: true, picture: sample(6) });
    expect(faces.length).toBeGreaterThan(1);
    for (const { crop, template } of faces) {
      const stored = {
        jpeg: Uint8Array.from(crop!.jpeg),
        landmarks: JSON.parse(JSON.stringify(crop!.landmarks)),
      };
      expect(await analyser.embedCrop(stored)).toEqual(template);
    }
  });

  it('finds in a crop the face that it was cut from', async () => {
    const { faces } = await analyser.analyse({ ...recognise, crop: true, maxFaces: 1, picture: sample(1) });
    const { crop, template } = faces[0]!;
    for (const mode of ['detect', 'whole'] as const) {
      const again = await analyser.analyse({ ...recognise, faces: mode, picture: crop!.jpeg });
      expect(again.faces).toHaveLength(1);
      expect(cosine(again.faces[0]!.template, template)).toBeGreaterThan(0.97);
    }
  });

  it('takes a whole picture as a face even where the detector sees none', async () => {
    const codec = sharpPictureCodec();
    const grey = { width: 90, height: 120, data: new Uint8Array(90 * 120 * 3).fill(127) };
    const picture = await codec.encodeJpeg(grey, 90);
    expect((await analyser.analyse({ ...recognise, picture })).faces).toEqual([]);
    const { faces } = await analyser.analyse({ ...recognise, faces: 'whole', picture });
    expect(faces).toMatchObject([{ box: { x: 0, y: 0, width: 90, height: 120 }, detectorScore: 0 }]);
    expect(faces[0]!.template!.vector).toHaveLength(128);
  });

  it('describes faces as far as it is asked to', async () => {
    const picture = sample(1);
    const { attributes: asked } = analyser.models;
    const { faces } = await analyser.analyse({ ...recognise, embed: false, attributes: asked, picture });
    const { box, attributes: told } = faces[0]!;
    expect(told.gender).toMatchObject({ value: 'female' });
    expect(told.age!.years).toBeGreaterThan(12);
    expect(told.age!.years).toBeLessThan(50);
    expect(Object.values(told.emotion!).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(told.landmarks68).toHaveLength(68);
    expect(told.eyeOpening).toBeGreaterThan(0.2);
    expect(told.visibility!.face).toBeGreaterThan(0.99);
    for (const part of Object.values(told.visibility!.parts!)) expect(part).toBeGreaterThan(1);
    const inside = told.landmarks68!.filter(
      ([x]) => x > box.x - box.width / 4 && x < box.x + box.width * 1.25,
    );
    expect(inside).toHaveLength(68);
    const only = await analyser.analyse({ ...recognise, embed: false, attributes: ['pose'], picture });
    expect(only.faces[0]!.attributes).toEqual({ pose: told.pose });
    expect(only.faces[0]!.template).toBeUndefined();
    expect(only.stageMs).not.toHaveProperty('embed');
  });

  it('stops between two stages when the caller has gone', async () => {
    const gone = AbortSignal.abort();
    await expect(analyser.analyse({ ...recognise, picture: sample(1) }, gone)).rejects.toSatisfy(
      hasCode('cancelled'),
    );
    const leaving = new AbortController();
    const analysis = analyser.analyse({ ...recognise, picture: sample(1) }, leaving.signal);
    leaving.abort();
    await expect(analysis).rejects.toSatisfy(hasCode('cancelled'));
  });

  it('refuses crops that are none of its own', async () => {
    const jpeg = sample(1);
    const { faces } = await analyser.analyse({ ...recognise, crop: true, maxFaces: 1, picture: jpeg });
    const { landmarks } = faces[0]!.crop!;
    await expect(analyser.embedCrop({ jpeg, landmarks })).rejects.toBeInstanceOf(AppError);
    const [eye] = landmarks;
    const coinciding = { jpeg: faces[0]!.crop!.jpeg, landmarks: [eye, eye, eye, eye, eye] as const };
    await expect(analyser.embedCrop(coinciding)).rejects.toSatisfy(hasCode('bad-input'));
  });

  it('refuses a profile that the catalogue does not have', async () => {
    await expect(open('no-such-profile')).rejects.toSatisfy(hasCode('model-missing'));
  });
});

describe.skipIf(!facesFolder)('the analyser on labelled photographs (OSTIARY_FACES_DIR)', () => {
  let analyser: Analyser;
  beforeAll(async () => {
    analyser = await open();
  });
  afterAll(() => analyser[Symbol.asyncDispose]());

  const read = (path: string): Uint8Array => readFileSync(`${facesFolder}/${path}`);
  const largest = async (path: string): Promise<AnalysedFace> => {
    const { faces } = await analyser.analyse({ ...recognise, maxFaces: 1, picture: read(path) });
    return faces[0]!;
  };

  it('finds every labelled nose and no other face', async () => {
    const labels: Record<string, [number, number][]> = JSON.parse(read('group/labels.json').toString());
    const wrong: string[] = [];
    for (const [name, noses] of Object.entries(labels)) {
      const { faces } = await analyser.analyse({
        ...recognise,
        embed: false,
        picture: read(`group/${name}`),
      });
      const left = [...faces];
      for (const [x, y] of noses) {
        const index = left.findIndex(
          ({ box }) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
        );
        if (index < 0) wrong.push(`${name} misses ${x}, ${y}`);
        else left.splice(index, 1);
      }
      if (left.length > 0) wrong.push(`${name} has ${left.length} too many`);
    }
    expect(Object.values(labels).flat()).toHaveLength(46);
    expect(wrong).toEqual([]);
  });

  it('sees the same person in the seven formats of one picture', async () => {
    const formats = ['bmp', 'gif', 'ico', 'jpeg', 'png', 'tiff', 'webp'];
    const faces = await Promise.all(formats.map((format) => largest(`formats/einstein.${format}`)));
    for (const one of faces) {
      for (const other of faces) expect(cosine(one.template, other.template)).toBeGreaterThan(0.985);
    }
  });

  it.each(['corrupted.png', 'empty.png', 'truncated.jpg'])('refuses %s as unreadable', async (name) => {
    const picture = read(`formats/${name}`);
    await expect(analyser.analyse({ ...recognise, picture })).rejects.toSatisfy(
      hasCode('picture-unreadable'),
    );
  });

  it('finds each known person nearest to a picture of hers', async () => {
    const names = readdirSync(`${facesFolder}/people`);
    const known: { person: string; template: Template | undefined }[] = [];
    for (const name of names.filter((one) => one.startsWith('train-'))) {
      known.push({ person: name.split('-')[1]!, template: (await largest(`people/${name}`)).template });
    }
    const nearest = ({ template }: AnalysedFace): string =>
      known.toSorted((one, other) => cosine(other.template, template) - cosine(one.template, template))[0]!
        .person;
    const expected: Record<string, string> = {
      'test-32bit.png': 'obama',
      'test-alex_lacamoire1.jpg': 'alex_lacamoire',
      'test-johnsnow_test1.jpg': 'kit_harington',
      'test-obama1.jpg': 'obama',
      'test-obama3.jpg': 'obama',
      'test-obama_partial_face.jpg': 'obama',
      'test-obama_partial_face2.jpg': 'obama',
    };
    const found = Object.keys(expected).map(async (name) => [name, nearest(await largest(`people/${name}`))]);
    expect(Object.fromEntries(await Promise.all(found))).toEqual(expected);
    const both = await analyser.analyse({ ...recognise, picture: read('people/test-kit_with_rose.jpg') });
    expect(both.faces.map(nearest).sort()).toEqual(['kit_harington', 'rose_leslie']);
  });
});

describe.skipIf(!modelsFolder)('the analyser with the fetched detector (OSTIARY_MODELS_DIR)', () => {
  it('finds the same faces as the default one and recognises them', async () => {
    await using edge = await open('edge');
    await using standard = await open();
    const [ofStandard] = (await standard.analyse({ ...recognise, maxFaces: 1, picture: sample(1) })).faces;
    const { box, template, landmarks } = ofStandard!;
    const { faces } = await edge.analyse({ ...recognise, picture: sample(1) });
    const ofEdge = faces.find((face) => boxOverlap(face.box, box) > 0.3)!;
    expect(edge.models.detector).toBe('yunet_n_dynamic');
    for (const [i, [x, y]] of ofEdge.landmarks.entries()) {
      const [otherX, otherY] = landmarks[i]!;
      expect(Math.hypot(x - otherX, y - otherY)).toBeLessThan(box.width * 0.15);
    }
    expect(cosine(ofEdge.template, template)).toBeGreaterThan(0.97);
  });
});
