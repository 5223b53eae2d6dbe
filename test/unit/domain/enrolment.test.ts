import { describe, expect, it } from 'vitest';
import {
  checkFace,
  type EnrolmentPolicy,
  findRoom,
  limitsPose,
  openEnrolment,
} from '../../../src/domain/enrolment.ts';

const face = {
  box: { x: 0, y: 0, width: 79.6, height: 60 },
  quality: { overall: 0.4999, size: 1, sharpness: 0.2, exposure: 0.9, pose: 0.7, detector: 0.99 },
  pose: { yaw: -30.04, pitch: 12, roll: 5 },
};

function refusal(policy: Partial<EnrolmentPolicy>): unknown {
  try {
    checkFace(face, { ...openEnrolment, ...policy });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a face', () => {
  it('is taken as it is where nothing is asked of it', () => {
    expect(refusal({})).toBeUndefined();
    expect(limitsPose(openEnrolment)).toBe(false);
  });

  it('is taken at exactly what is asked', () => {
    const exact = { minFacePixels: 79.6, minQuality: 0.4999, maxYaw: 30.04, maxPitch: 12, maxRoll: 5 };
    expect(refusal(exact)).toBeUndefined();
    expect(limitsPose({ ...openEnrolment, maxRoll: 5 })).toBe(true);
  });

  it('of too few pixels is refused with both numbers, the measured one never rounded up to the bound', () => {
    expect(refusal({ minFacePixels: 80 })).toMatchObject({
      code: 'face-too-small',
      details: { pixels: 79, required: 80 },
    });
  });

  it('of too low a quality is refused with all parts of it, the weakest by name', () => {
    expect(refusal({ minQuality: 0.5 })).toMatchObject({
      code: 'quality-too-low',
      message: expect.stringContaining('weakest is its sharpness'),
      details: { overall: 0.499, required: 0.5, weakest: 'sharpness', sharpness: 0.2, size: 1 },
    });
  });

  it.each([
    ['yaw', { maxYaw: 30 }, 30],
    ['pitch', { maxPitch: 11.9 }, 11.9],
    ['roll', { maxRoll: 0 }, 0],
  ])('with too much %s is refused with the whole pose', (angle, policy, allowed) => {
    expect(refusal(policy)).toMatchObject({
      code: 'pose-too-far',
      message: expect.stringContaining(`The face's ${angle} is`),
      details: { angle, allowed, yaw: -30.1, pitch: 12, roll: 5 },
    });
  });
});

describe('a new reference', () => {
  const held = [
    { id: 'good', quality: 0.9 },
    { id: 'weak', quality: 0.5 },
    { id: 'as weak', quality: 0.5 },
  ];
  const full = { ...openEnrolment, maxReferences: 3 };
  const replacing: EnrolmentPolicy = { ...full, whenFull: 'replaceWeakest' };

  it('stands beside the others while there is room', () => {
    expect(findRoom(held, 0.1, openEnrolment)).toEqual({ kind: 'beside' });
    expect(findRoom(held.slice(1), 0.1, full)).toEqual({ kind: 'beside' });
  });

  it('is refused when there is none', () => {
    expect(() => findRoom(held, 0.95, full)).toThrow(
      expect.objectContaining({ code: 'references-full', details: { references: 3, allowed: 3 } }),
    );
  });

  it('takes the place of the weakest if it is better, of equal ones the earlier', () => {
    expect(findRoom(held, 0.501, replacing)).toEqual({ kind: 'instead', of: 'weak' });
    expect(() => findRoom(held, 0.5, replacing)).toThrow(
      expect.objectContaining({
        code: 'references-full',
        details: { references: 3, allowed: 3, quality: 0.5, weakest: 0.5 },
      }),
    );
  });
});
