import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fields } from '../../../src/config/fields.ts';
import { settingsReference } from '../../../src/config/reference.ts';

it('docs/configuration.md is what `npm run docs` writes, and describes every setting', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  expect(page).toBe(settingsReference());
  for (const field of fields) expect(page).toContain(`\`${field.variable}\``);
});
