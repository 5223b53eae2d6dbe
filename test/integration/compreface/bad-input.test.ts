import { afterAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../../harness/app.ts';
import { accessRows } from './bad-input/access-rows.ts';
import { jsonRows, multipartRows } from './bad-input/body-rows.ts';
import { prepare } from './bad-input/material.ts';
import { pictureRows, rawRows } from './bad-input/picture-rows.ts';
import { queryRows } from './bad-input/query-rows.ts';
import { checkRow } from './bad-input/row.ts';

// Every wrong request is told what the documentation or the real server says, changes nothing, and has a twin that
// differs in the mistake alone and succeeds. The app's own patience is short, so that endless requests end soon.

const app = await startTestApp({
  bodyLimits: { idleMs: 700, totalMs: 20_000 },
  serverLimits: { headersMs: 1_000 },
});
afterAll(() => app[Symbol.asyncDispose]());

const material = await prepare(app);
const tables = Object.entries({
  access: accessRows(app, material),
  query: queryRows(material),
  JSON: jsonRows(material),
  multipart: multipartRows(material),
  pictures: pictureRows(material),
  bytes: rawRows(material),
});
const peakBefore = process.resourceUsage().maxRSS;

describe.each(tables)('wrong in its %s', (_where, rows) => {
  it.each(rows)('is refused, and its twin succeeds: $what', { timeout: 20_000 }, (row) => checkRow(app, row));
});

describe('the table', () => {
  const names = tables.flatMap(([, rows]) => rows.map(({ what }) => what));

  it('has at least 60 rows, no two about the same', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
  });

  it('was answered within bounded memory, bombs included', () => {
    const grownMiB = (process.resourceUsage().maxRSS - peakBefore) / 1024;
    expect(grownMiB).toBeLessThan(700);
  });
});
