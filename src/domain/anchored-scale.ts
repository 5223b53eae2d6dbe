import type { ScoreTable } from './catalogue.ts';
import { cosineAtFmr } from './similarity.ts';

/** A score of a foreign scale, and the false-match rate that it stands for. */
export type Anchor = { readonly score: number; readonly fmr: number };

/** A foreign scale of scores from 0 up to `top`; anchors are in the order of their scores. */
export type AnchoredScale = { readonly top: number; readonly anchors: readonly Anchor[] };

/** The scales of the APIs whose vendors tell no formula. */
export const anchoredScales = {
  /** Nothing is documented; the border is CompreFace's. */
  faceMatchExpert: { top: 1, anchors: [{ score: 0.5, fmr: 1e-3 }] },
  /** .7 is the documented default. */
  faceSearch: { top: 1, anchors: [{ score: 0.7, fmr: 1e-3 }] },
  /** .75 is the documented default; the names low, medium and strict are documented without a number. */
  findface: {
    top: 1,
    anchors: [
      { score: 0.65, fmr: 1e-2 },
      { score: 0.7, fmr: 3e-3 },
      { score: 0.75, fmr: 1e-3 },
      { score: 0.85, fmr: 1e-4 },
    ],
  },
  /** 80 to 95 are the documented levels. */
  enface: {
    top: 100,
    anchors: [
      { score: 80, fmr: 1e-3 },
      { score: 85, fmr: 1e-4 },
      { score: 90, fmr: 1e-5 },
      { score: 95, fmr: 1e-6 },
    ],
  },
} as const satisfies Record<string, AnchoredScale>;

/** A scale over the cosines of one embedding model, both ways; it grows with the cosine. */
export type OpenScale = {
  /** 0 at cosine −1, `top` exactly at 1. */
  toScore(cosine: number): number;
  /** The lowest cosine that has at least this score; −1 when all have, above 1 when none has. */
  toCosine(score: number): number;
};

/** What a float's arithmetic takes from the cosine of a vector with itself. */
const noise = 1e-6;

/** The scale of one embedding model: straight lines over the cosine from anchor to anchor. */
export function openAnchoredScale({ top, anchors }: AnchoredScale, scores: ScoreTable): OpenScale {
  const points = [
    { cosine: -1, score: 0 },
    ...anchors.map(({ score, fmr }) => ({ score, cosine: cosineAtFmr(scores, fmr) })),
    { cosine: 1, score: top },
  ];
  const segments = points.slice(1).map((high, at) => ({ low: points[at]!, high }));
  return {
    toScore(cosine) {
      if (cosine >= 1 - noise) return top;
      const { low, high } = segments.find((segment) => cosine <= segment.high.cosine) ?? segments.at(-1)!;
      return low.score + ((high.score - low.score) * (cosine - low.cosine)) / (high.cosine - low.cosine);
    },
    toCosine(score) {
      if (score <= 0) return -1;
      if (score > top) return 2;
      const { low, high } = segments.find((segment) => score <= segment.high.score)!;
      const cosine =
        low.cosine + ((high.cosine - low.cosine) * (score - low.score)) / (high.score - low.score);
      return Math.min(cosine, 1 - noise);
    },
  };
}
