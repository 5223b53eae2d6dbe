import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documented } from './documented.ts';

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder).filter((name) => name !== 'documented.ts');
const tests = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');

describe('What FindFace documents', () => {
  it.each(documented)('has $endpoint ($line), which a test shows', ({ test, fields, answer }) => {
    expect(tests).toContain(`('${test}'`);
    for (const name of [...fields, ...answer])
      expect(tests.toLowerCase()).toMatch(new RegExp(`\\b${name.toLowerCase()}\\b`));
  });
});
