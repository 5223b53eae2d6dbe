import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scorePlots } from '../../../image-build/score-plot/score-plots.ts';
import { catalogueSchema } from '../../../src/domain/catalogue.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const measured = catalogueSchema
  .parse(JSON.parse(read('models/catalogue.json')))
  .models.filter(({ embedding }) => embedding?.scores !== undefined);

it('docs/scores has what `npm run docs` writes: a plot for each network that was measured', () => {
  const plots = scorePlots();
  expect(plots.map(({ id }) => id)).toEqual(measured.map(({ id }) => id));
  expect(readdirSync(new URL('docs/scores/', root)).sort()).toEqual(
    plots.map(({ id }) => `${id}.svg`).sort(),
  );
  for (const { id, svg } of plots) expect(read(`docs/scores/${id}.svg`)).toBe(svg);
});

it.each(scorePlots())('the plot of $id tells the shown rows from the extrapolated ones', ({ id, svg }) => {
  const { rows } = measured.find((model) => model.id === id)!.embedding!.scores!;
  const [rates] = svg.split('Similarity, confidence or score') as [string];
  const extrapolated = rows.filter((row) => row.extrapolated).length;
  expect(rates.match(/<circle class="ring /g)).toHaveLength(extrapolated);
  expect(rates.match(/<circle /g)).toHaveLength(rows.length);
});

it.each(scorePlots())('docs/models.md shows the plot of $id, on light and dark pages', ({ id, svg }) => {
  expect(read('docs/models.md')).toContain(`](scores/${id}.svg)`);
  expect(svg).toContain('prefers-color-scheme: dark');
});
