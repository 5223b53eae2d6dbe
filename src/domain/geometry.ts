/** A point in pixels of the upright picture (EXIF orientation applied), origin at the top left, y down. */
export type Point = readonly [x: number, y: number];

/** An axis-parallel box in pixels of the upright picture; it may reach over the picture's border. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/**
 * Five points of a face, left and right as seen in the picture: left eye, right eye, nose tip, left and right mouth
 * corner. A detector that gives only the centre of the mouth places the corners on a line parallel to the eyes, so
 * that the middle of the two is always the measured centre.
 */
export type Landmarks5 = readonly [
  leftEye: Point,
  rightEye: Point,
  nose: Point,
  leftMouth: Point,
  rightMouth: Point,
];

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty: rotation, uniform scale and shift, no reflection. */
export type Similarity = { readonly a: number; readonly b: number; readonly tx: number; readonly ty: number };

export function boxArea(box: Box): number {
  return box.width * box.height;
}

/** Intersection over union, 0 to 1. */
export function boxOverlap(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(one) + boxArea(other) - shared);
}

export function mapPoint(by: Similarity, [x, y]: Point): Point {
  return [by.a * x - by.b * y + by.tx, by.b * x + by.a * y + by.ty];
}

/** The five points that 68 landmarks (iBUG 300-W) show: the middle of each eye's outline, nose tip, mouth corners. */
export function fiveOf68(landmarks: readonly Point[]): Landmarks5 {
  const middle = (from: number, to: number): Point => {
    const outline = landmarks.slice(from, to);
    const sum = outline.reduce(([sx, sy], [x, y]): Point => [sx + x, sy + y], [0, 0] as Point);
    return [sum[0] / outline.length, sum[1] / outline.length];
  };
  return [middle(36, 42), middle(42, 48), landmarks[30]!, landmarks[48]!, landmarks[54]!];
}
