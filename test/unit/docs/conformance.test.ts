import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformancePage, readConformances, testsOf } from '../../fixtures/conformance.ts';

const all = await readConformances();

describe.each(all)('the conformance report of $title', (conformance) => {
  const { name, documented } = conformance;
  const tests = testsOf(name);

  it('is what `npm run docs` writes', () => {
    const page = new URL(`../../../docs/dialects/${name}.md`, import.meta.url);
    expect(existsSync(page) && readFileSync(page, 'utf8')).toBe(conformancePage(conformance));
  });

  it.each(documented)('names a test that is there, and fields that tests know: $endpoint', (one) => {
    expect(tests).toContain(`'${one.test}'`);
    const ours = Object.keys(one.ours ?? {});
    const unknown = [...one.fields, ...one.answer].filter(
      (field) => !ours.includes(field) && !new RegExp(`\\b${field}\\b`, 'i').test(tests),
    );
    expect(unknown).toEqual([]);
  });

  it('has each endpoint once', () => {
    const endpoints = documented.map(({ endpoint }) => endpoint);
    expect(new Set(endpoints).size).toBe(endpoints.length);
  });
});
