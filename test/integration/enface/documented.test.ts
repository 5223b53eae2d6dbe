import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documented } from './documented.ts';

const folder = new URL('.', import.meta.url);
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .concat(readFileSync(new URL('enface-app.ts', folder), 'utf8'))
  .join('\n');

describe('the documentation of Enface', () => {
  it.each(documented)('has $endpoint ($line), which a test shows', ({ test, fields, answer }) => {
    expect(tests).toContain(`it('${test}'`);
    for (const name of [...fields, ...answer]) expect(tests).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
