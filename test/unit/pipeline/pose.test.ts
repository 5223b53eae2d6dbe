import { expect, it } from 'vitest';
import type { Landmarks5, Point } from '../../../src/domain/geometry.ts';
import { poseFrom5, poseFrom68 } from '../../../src/pipeline/pose.ts';

type Point3 = readonly [number, number, number];

/** x to the picture's right, y down, z away from the viewer. */
const leftEye: Point3 = [-165, -170, 120];
const rightEye: Point3 = [165, -170, 120];
const nose: Point3 = [0, 0, 0];
const leftMouth: Point3 = [-150, 150, 110];
const rightMouth: Point3 = [150, 150, 110];

/** Adding 0 makes −0 a 0. */
const rounded = (angles: readonly number[]): number[] => angles.map((angle) => Math.round(angle) + 0);
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Turns a head by yaw, then by pitch, then by roll, and looks at it from afar. */
function look([x, y, z]: Point3, { yaw = 0, pitch = 0, roll = 0 }): Point {
  const [cy, sy] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))];
  const [cp, sp] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))];
  const [cr, sr] = [Math.cos(radians(roll)), Math.sin(radians(roll))];
  const [x1, z1] = [cy * x - sy * z, sy * x + cy * z];
  const y2 = cp * y + sp * z1;
  return [400 + 0.3 * (cr * x1 - sr * y2), 300 + 0.3 * (sr * x1 + cr * y2)];
}

const turns = [
  {},
  { yaw: 30 },
  { yaw: -40 },
  { pitch: 20 },
  { pitch: -25 },
  { roll: 15 },
  { roll: -120 },
  { yaw: 20, roll: 10 },
];

it.each(turns)('reads %o off the five points of a head that is turned so', (turn) => {
  const see = (point: Point3): Point => look(point, turn);
  const landmarks: Landmarks5 = [see(leftEye), see(rightEye), see(nose), see(leftMouth), see(rightMouth)];
  const { yaw, pitch, roll } = poseFrom5(landmarks);
  expect(rounded([yaw, pitch, roll])).toEqual([turn.yaw ?? 0, turn.pitch ?? 0, turn.roll ?? 0]);
});

it.each(turns)('reads %o off 68 points, of which six count', (turn) => {
  const head: Record<number, Point3> = {
    36: [-225, -170, 135],
    45: [225, -170, 135],
    30: [0, 0, 0],
    48: [-150, 150, 125],
    54: [150, 150, 125],
    8: [0, 330, 65],
  };
  const landmarks = Array.from({ length: 68 }, (_, i) => look(head[i] ?? [0, 0, 0], turn));
  const { yaw, pitch, roll } = poseFrom68(landmarks);
  expect(rounded([yaw, pitch, roll])).toEqual([turn.yaw ?? 0, turn.pitch ?? 0, turn.roll ?? 0]);
});
