import { line, type Point, text } from './svg.ts';

/** One of the two panels: its top and bottom, and the places of cosines, which both share. */
export type Panel = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The lowest cosine that is drawn. */
  readonly first: number;
  toX(cosine: number): number;
};

const cosineStep = 0.02;

export function cosineAxis({ first, toX, top, bottom }: Panel): string[] {
  const count = Math.round((1 - first) / cosineStep);
  return Array.from({ length: count + 1 }, (_, index) => 1 - index * cosineStep)
    .filter((cosine) => cosine >= first - 1e-9)
    .flatMap((cosine) => [
      line(
        [
          [toX(cosine), top],
          [toX(cosine), bottom],
        ],
        'grid',
      ),
      text([toX(cosine), bottom + 18], cosine.toFixed(2), 'text', 'middle'),
    ]);
}

/** A line across the panel with what it stands for at its left. */
export function level({ left, right }: Panel, y: number, label: string): string[] {
  const beside: Point = [left - 8, y + 4];
  return [
    line(
      [
        [left, y],
        [right, y],
      ],
      'grid',
    ),
    text(beside, label, 'text', 'end'),
  ];
}
