import { expect } from 'vitest';

/** Shapes of CompreFace's answers as its REST API description has them, for `toEqual`: no key more, none less. */

const whole = expect.toSatisfy((value: unknown) => Number.isInteger(value) && Number(value) >= 0);
const share = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0 && value <= 1);
/** At most five decimals. */
export const rounded = expect.toSatisfy(
  (value: unknown) =>
    typeof value === 'number' && value >= 0 && value <= 1 && Number(value.toFixed(5)) === value,
);
const milliseconds = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0);

export const box = { probability: share, x_max: whole, y_max: whole, x_min: whole, y_min: whole };
export const roundedBox = { ...box, probability: rounded };

const point = [expect.any(Number), expect.any(Number)];

/** What each plugin adds to a face. */
export const pluginFields = {
  age: { age: { probability: share, high: whole, low: whole } },
  gender: { gender: { probability: share, value: expect.stringMatching(/^(fe)?male$/) } },
  landmarks: { landmarks: [point, point, point, point, point] },
  calculator: {
    embedding: expect.toSatisfy(
      (values: number[]) => values.length === 128 && Math.abs(Math.hypot(...values) - 1) < 1e-5,
    ),
  },
  pose: { pose: { pitch: expect.any(Number), roll: expect.any(Number), yaw: expect.any(Number) } },
} as const;

export const allPlugins = {
  ...pluginFields.age,
  ...pluginFields.gender,
  ...pluginFields.landmarks,
  ...pluginFields.calculator,
  ...pluginFields.pose,
};

const name = expect.stringMatching(/^[\w.-]+\.\w+$/);

/** With `status=true`; the networks that worked on each face, and how long. */
export function executionTime(...slugs: string[]) {
  return Object.fromEntries(slugs.map((slug) => [slug, milliseconds]));
}

export function pluginsVersions(...slugs: string[]) {
  return Object.fromEntries(slugs.map((slug) => [slug, name]));
}
