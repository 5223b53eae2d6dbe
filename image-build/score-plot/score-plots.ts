import { readFileSync } from 'node:fs';
import { catalogueSchema, type ScoreTable } from '../../src/domain/catalogue.ts';
import type { Panel } from './axes.ts';
import { ratePanel } from './rate-panel.ts';
import { sharePanel } from './share-panel.ts';
import { style } from './style.ts';
import { area, text } from './svg.ts';

/** The page `docs/scores/<id>.svg` of an embedding network. */
export type ScorePlot = { readonly id: string; readonly svg: string };

const [width, height] = [800, 760];
const [left, right] = [60, 770];
const catalogue = new URL('../../models/catalogue.json', import.meta.url);

/** A plot for each network of the catalogue that has a score table; for light and dark pages. */
export function scorePlots(): ScorePlot[] {
  const { models } = catalogueSchema.parse(JSON.parse(readFileSync(catalogue, 'utf8')));
  return models.flatMap(({ id, embedding }) =>
    embedding?.scores ? [{ id, svg: scorePlot(id, embedding.scores) }] : [],
  );
}

function scorePlot(id: string, scores: ScoreTable): string {
  const first = Math.floor(scores.rows[0]!.cosine * 50) / 50;
  const toX = (cosine: number) => left + ((cosine - first) / (1 - first)) * (right - left);
  const panel = (top: number, bottom: number): Panel => ({ left, right, top, bottom, first, toX });
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12" role="img" aria-label="What cosines of ${id} mean">`,
    style,
    area(
      [
        [0, 0],
        [width, height],
      ],
      'page',
    ),
    text([left, 30], `What cosines of ${id} mean`, 'title'),
    ...ratePanel(scores, panel(76, 366)),
    ...sharePanel(scores, panel(430, 720)),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}
