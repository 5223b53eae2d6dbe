import { type AnchoredScale, anchoredScales, openAnchoredScale } from '../../src/domain/anchored-scale.ts';
import type { ScoreTable } from '../../src/domain/catalogue.ts';
import { cosineAt, similarityAt, similarityScale } from '../../src/domain/similarity.ts';
import { cosineAxis, level, type Panel } from './axes.ts';
import { area, dot, line, type Point, path, text } from './svg.ts';

/** A scale as a share of its top: at a cosine, and at its anchors. */
type Curve = {
  readonly title: string;
  shareAt(cosine: number): number;
  readonly anchors: readonly { readonly cosine: number; readonly share: number }[];
};

const steps = 200;
const rowHeight = 18;
const legendWidth = 190;

/** What the scale of each API makes of a cosine, and the anchors that it goes through. */
export function sharePanel(scores: ScoreTable, panel: Panel): string[] {
  const { left, right, top, bottom, first, toX } = panel;
  const toY = (share: number) => bottom - share * (bottom - top);
  const cosines = Array.from({ length: steps + 1 }, (_, step) => first + ((1 - first) * step) / steps);
  const curves = curvesOf(scores);
  const border = toX(cosineAt(0.5, similarityScale(scores)));
  return [
    text(
      [left, top - 12],
      'Similarity, confidence or score that an API tells, as a share of its top; ● its anchors',
    ),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => level(panel, toY(share), share.toFixed(2))),
    ...cosineAxis(panel),
    line(
      [
        [border, top],
        [border, bottom],
      ],
      'border',
    ),
    text([border + 8, bottom - 10], 'one in 1,000 strangers gets here', 'note'),
    ...curves.flatMap(({ shareAt, anchors }, number) => [
      path(
        cosines.map((cosine): Point => [toX(cosine), toY(shareAt(cosine))]),
        `curve s${number}`,
      ),
      ...anchors.map(({ cosine, share }) => dot([toX(cosine), toY(share)], `s${number} f${number}`)),
    ]),
    ...curves.map(({ title }, number) =>
      text(
        [right - legendWidth, bottom - 36 - (curves.length - 1 - number) * rowHeight],
        title,
        `f${number}`,
      ),
    ),
    area(
      [
        [left, top],
        [right, bottom],
      ],
      'frame',
    ),
  ];
}

function curvesOf(scores: ScoreTable): Curve[] {
  const { faceMatchExpert, faceSearch, findface, enface } = anchoredScales;
  const scale = similarityScale(scores);
  return [
    {
      title: 'CompreFace, and ours: .5',
      shareAt: (cosine) => similarityAt(cosine, scale),
      anchors: [{ cosine: cosineAt(0.5, scale), share: 0.5 }],
    },
    anchoredCurve('Face.Match.Expert', faceMatchExpert, scores),
    anchoredCurve('Face Search', faceSearch, scores),
    anchoredCurve('FindFace', findface, scores),
    anchoredCurve('Enface', enface, scores),
  ];
}

function anchoredCurve(name: string, { top, anchors }: AnchoredScale, scores: ScoreTable): Curve {
  const { toScore, toCosine } = openAnchoredScale({ top, anchors }, scores);
  return {
    title: `${name}: ${anchors.map(({ score }) => `${score}`.replace(/^0/, '')).join(', ')}`,
    shareAt: (cosine) => toScore(cosine) / top,
    anchors: anchors.map(({ score }) => ({ cosine: toCosine(score), share: score / top })),
  };
}
