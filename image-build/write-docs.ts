import { writeFileSync } from 'node:fs';
import { settingsReference } from '../src/config/reference.ts';

/** Writes the pages that are made from the code. */
writeFileSync(new URL('../docs/configuration.md', import.meta.url), settingsReference());
