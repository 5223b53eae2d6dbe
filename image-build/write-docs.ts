import { mkdirSync, writeFileSync } from 'node:fs';
import { settingsReference } from '../src/config/reference.ts';
import { conformancePage, readConformances } from '../test/fixtures/conformance.ts';
import { scorePlots } from './score-plot/score-plots.ts';

/** Writes the pages that are made from the code and the catalogue. */
writeFileSync(new URL('../docs/configuration.md', import.meta.url), settingsReference());
mkdirSync(new URL('../docs/dialects', import.meta.url), { recursive: true });
for (const one of await readConformances()) {
  writeFileSync(new URL(`../docs/dialects/${one.name}.md`, import.meta.url), conformancePage(one));
}
mkdirSync(new URL('../docs/scores', import.meta.url), { recursive: true });
for (const { id, svg } of scorePlots()) {
  writeFileSync(new URL(`../docs/scores/${id}.svg`, import.meta.url), svg);
}
