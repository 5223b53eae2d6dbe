import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformancePage, readConformances, textOf } from '../../fixtures/conformance.ts';

const all = await readConformances();

describe.each(all)('the conformance report of $title', (conformance) => {
  const { name, documented } = conformance;

  it('is what `npm run docs` writes', () => {
    const page = new URL(`../../../docs/dialects/${name}.md`, import.meta.url);
    expect(existsSync(page) && readFileSync(page, 'utf8')).toBe(conformancePage(conformance));
  });

  it.each(documented)('names a test that is there, and fields that its file knows: $endpoint', (one) => {
    const text = textOf({ name, test: one.test });
    expect(text).not.toBe('');
    const ours = Object.keys(one.ours ?? {});
    const unknown = [...one.fields, ...one.answer].filter(
      (field) => !ours.includes(field) && !new RegExp(`\\b${field}\\b`).test(text),
    );
    expect(unknown).toEqual([]);
  });

  it('has each endpoint once', () => {
    const endpoints = documented.map(({ endpoint }) => endpoint);
    expect(new Set(endpoints).size).toBe(endpoints.length);
  });
});
