import { mkdirSync, writeFileSync } from 'node:fs';
import { settingsReference } from '../src/config/reference.ts';
import { conformancePage, readConformances } from '../test/fixtures/conformance.ts';

/** Writes the pages that are made from the code. */
writeFileSync(new URL('../docs/configuration.md', import.meta.url), settingsReference());
mkdirSync(new URL('../docs/dialects', import.meta.url), { recursive: true });
for (const one of await readConformances()) {
  writeFileSync(new URL(`../docs/dialects/${one.name}.md`, import.meta.url), conformancePage(one));
}
