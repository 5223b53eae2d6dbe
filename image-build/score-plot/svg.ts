/** A place on the page, in pixels from the top left. */
export type Point = readonly [x: number, y: number];

type Ends = readonly [from: Point, to: Point];

export function text([x, y]: Point, content: string, classes = 'text', anchor = 'start'): string {
  return `  <text class="${classes}" x="${short(x)}" y="${short(y)}" text-anchor="${anchor}">${content}</text>`;
}

export function line([[x1, y1], [x2, y2]]: Ends, classes: string): string {
  return `  <path class="${classes}" d="M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}"/>`;
}

export function path(points: readonly Point[], classes: string): string {
  return `  <path class="${classes}" d="M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}"/>`;
}

export function dot([x, y]: Point, classes: string): string {
  return `  <circle class="${classes}" cx="${short(x)}" cy="${short(y)}" r="4"/>`;
}

export function area([[left, top], [right, bottom]]: Ends, classes: string): string {
  const size = `width="${short(right - left)}" height="${short(bottom - top)}"`;
  return `  <rect class="${classes}" x="${short(left)}" y="${short(top)}" ${size}/>`;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}
