import { describe, expect, it } from 'vitest';
import type { AnalysedFace, AnalysedPicture, FaceAttributes } from '../../../src/domain/face.ts';
import {
  type Condition,
  conditions,
  findConditions,
  usualLimits,
} from '../../../src/domain/face-conditions.ts';
import type { Box, Point } from '../../../src/domain/geometry.ts';

const goodBox: Box = { x: 400, y: 300, width: 200, height: 200 };

const good: FaceAttributes = {
  landmarks68: landmarksIn(goodBox),
  pose: { yaw: 0, pitch: 0, roll: 0 },
  eyeOpening: 0.3,
  visibility: { face: 1, parts: { leftEye: 3, rightEye: 3, nose: 3, mouth: 3 } },
  liveness: 0.99,
};

function face(attributes: FaceAttributes = {}, box: Box = goodBox): AnalysedFace {
  return { box, attributes: { ...good, ...attributes } } as AnalysedFace;
}

function picture(...faces: AnalysedFace[]): AnalysedPicture {
  return { width: 1000, height: 800, format: 'jpeg', facesFound: faces.length, faces, stageMs: {} };
}

/** 68 points from one corner of the box to the other. */
function landmarksIn({ x, y, width, height }: Box): Point[] {
  return Array.from({ length: 68 }, (_, i) => [x + (width * i) / 67, y + (height * i) / 67] as const);
}

/** A face there with landmarks as wide as its box. */
function at(change: Partial<Box>): AnalysedPicture {
  const box = { ...goodBox, ...change };
  return picture(face({ landmarks68: landmarksIn(box) }, box));
}

const bare = { leftEye: 3, rightEye: 3, nose: 3, mouth: 3 };

/** Each meets its condition by a little. */
const met: readonly (readonly [Condition, AnalysedPicture])[] = [
  ['no-face', picture()],
  ['several-faces', picture(face(), face({}, { x: 10, y: 10, width: 101, height: 90 }))],
  ['cut-off', at({ x: -1 })],
  ['cut-off', at({ y: 601 })],
  ['cut-off', picture(face({ landmarks68: landmarksIn({ ...goodBox, y: 9 }) }, { ...goodBox, y: -11 }))],
  ['too-close', at({ x: 120, y: 90, width: 755, height: 600 })],
  ['too-close', at({ x: 120, y: 90, width: 600, height: 605 })],
  ['near-border', at({ x: 19 })],
  ['near-border', at({ y: 581 })],
  ['too-small', at({ width: 79, height: 60 })],
  ['turned', picture(face({ pose: { yaw: 36, pitch: 0, roll: 0 } }))],
  ['turned', picture(face({ pose: { yaw: 0, pitch: -41, roll: 0 } }))],
  ['turned', picture(face({ pose: { yaw: 0, pitch: 0, roll: -31 } }))],
  ['covered', picture(face({ visibility: { face: 0.97 } }))],
  ['covered', picture(face({ visibility: { face: 1, parts: { ...bare, leftEye: 0.9 } } }))],
  ['covered', picture(face({ visibility: { face: 1, parts: { ...bare, rightEye: 0.9 } } }))],
  ['covered', picture(face({ visibility: { face: 1, parts: { ...bare, nose: 0.9 } } }))],
  ['covered', picture(face({ visibility: { face: 1, parts: { ...bare, mouth: 0.9 } } }))],
  ['eyes-closed', picture(face({ eyeOpening: 0.13 }))],
  ['not-live', picture(face({ liveness: 0.49 }))],
];

describe('findConditions', () => {
  it('finds nothing wrong with a good picture', () => {
    expect(findConditions(picture(face()))).toEqual([]);
    expect(findConditions(picture(face({ visibility: { face: 1 } })))).toEqual([]);
  });

  it('does not call a face cut off by its box alone', () => {
    const landmarks68 = landmarksIn({ ...goodBox, y: 30 });
    expect(findConditions(picture(face({ landmarks68 }, { ...goodBox, y: -40 })))).toEqual([]);
  });

  it.each(met)('finds %s and nothing else', (condition, spoilt) => {
    expect(findConditions(spoilt)).toEqual([condition]);
  });

  it('is shown each condition of the list by these pictures', () => {
    expect(new Set(met.map(([condition]) => condition))).toEqual(new Set(conditions));
  });

  it('tells all that is wrong in the order of the list', () => {
    const bad = { pose: { yaw: 60, pitch: 0, roll: 0 }, eyeOpening: 0, liveness: 0 };
    const box = { x: -20, y: 0, width: 60, height: 60 };
    expect(findConditions(picture(face({ ...bad, landmarks68: landmarksIn(box) }, box)))).toEqual([
      'cut-off',
      'too-small',
      'turned',
      'eyes-closed',
      'not-live',
    ]);
  });

  it('judges the largest face and passes over people far behind', () => {
    const behind = face({ eyeOpening: 0 }, { x: 10, y: 10, width: 99, height: 99 });
    expect(findConditions(picture(behind, face()))).toEqual([]);
  });

  it('does not ask for liveness, but judges it where it was measured', () => {
    const { liveness: _, ...unasked } = good;
    expect(findConditions(picture({ ...face(), attributes: unasked }))).toEqual([]);
  });

  it.each(['landmarks68', 'pose', 'eyeOpening', 'visibility'] as const)(
    'lets no picture pass of which %s was not measured',
    (name) => {
      const { [name]: _, ...rest } = good;
      expect(() => findConditions(picture({ ...face(), attributes: rest }))).toThrow(name);
    },
  );

  it('keeps to other limits when it is given them', () => {
    expect(findConditions(at({ width: 79, height: 60 }), { ...usualLimits, minFacePixels: 79 })).toEqual([]);
    expect(findConditions(picture(face()), { ...usualLimits, minFacePixels: 201 })).toEqual(['too-small']);
  });
});
