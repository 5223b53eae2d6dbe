import type { ScoreTable } from '../../src/domain/catalogue.ts';
import { cosineAtFmr } from '../../src/domain/similarity.ts';
import { cosineAxis, level, type Panel } from './axes.ts';
import { area, dot, line, type Point, path, text } from './svg.ts';

const lowestPower = 6;

/** How many strangers reach a cosine: what the data show, and what is extrapolated from them. */
export function ratePanel(scores: ScoreTable, panel: Panel): string[] {
  const { rows, lowestShownFmr, impostorPairs, people, faces } = scores;
  const { left, right, top, bottom, toX } = panel;
  const toY = (fmr: number) => top + (-Math.log10(fmr) / lowestPower) * (bottom - top);
  const at = ({ fmr }: { fmr: number }): Point => [toX(cosineAtFmr(scores, fmr)), toY(fmr)];
  const shown = rows.filter(({ extrapolated }) => !extrapolated).map(at);
  const beyond = rows.filter(({ extrapolated }) => extrapolated).map(at);
  const border = at({ fmr: lowestShownFmr });
  const powers = Array.from({ length: lowestPower + 1 }, (_, power) => power);
  return [
    text(
      [left, top - 12],
      `False-match rate: the share of ${impostorPairs} pairs of strangers that reach a cosine (${people} people, ${faces} faces)`,
    ),
    area(
      [
        [left, border[1]],
        [right, bottom],
      ],
      'beyond',
    ),
    ...powers.flatMap((power) =>
      level(panel, toY(10 ** -power), power < 3 ? String(10 ** -power) : `1e−${power}`),
    ),
    ...cosineAxis(panel),
    line(
      [
        [left, border[1]],
        [right, border[1]],
      ],
      'border',
    ),
    text(
      [left + 10, border[1] + 18],
      `extrapolated: so few pairs show no rate below ${lowestShownFmr}`,
      'note',
    ),
    path([...shown, border], 'measured s0'),
    path([border, ...beyond], 'extrapolated s0'),
    ...shown.map((point) => dot(point, 's0 f0')),
    ...beyond.map((point) => dot(point, 'ring s0')),
    area(
      [
        [left, top],
        [right, bottom],
      ],
      'frame',
    ),
  ];
}
