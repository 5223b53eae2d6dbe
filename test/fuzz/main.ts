import { parseArgs } from 'node:util';
import { startTestApp } from '../harness/app.ts';
import { prepareFaces } from '../integration/authorisation/material.ts';
import { openBesideCompreFace, surfaces } from '../integration/openapi/surfaces.ts';
import { type FuzzReport, fuzzDialect } from './run.ts';

/**
 * `npm run fuzz`: as many requests to each API as wanted, made from its document. Exit code 1 when one was answered wrongly
 * or too few of the valid ones succeeded, 2 when it is asked for what there is not.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    dialect: { type: 'string' },
  },
});
const requests = wholeNumber('requests', { least: 1 });
const seed = wholeNumber('seed', { least: 0 });

await using app = await startTestApp({ store: 'memory', dialects: openBesideCompreFace });
const all = surfaces.map((surface) => ({ surface, name: surface.open(app.services).name }));
const chosen = all.filter(({ name }) => values.dialect === undefined || values.dialect === name);
if (chosen.length === 0)
  refuse(`There is no dialect "${values.dialect}": ${all.map(({ name }) => name).join(', ')}`);
const faces = await prepareFaces(app.services);
for (const { surface, name } of chosen) {
  const report = await fuzzDialect({ app, faces, surface, requests, seed });
  process.stdout.write(`${name}: ${summaryOf(report)}\n`);
  for (const fault of report.faults) process.stdout.write(`  ${fault}\n`);
  if (report.faults.length > 0 || !(report.succeeded >= 0.9 * report.valid && report.valid > 0))
    process.exitCode = 1;
}

function summaryOf({ valid, succeeded, invalid, faults }: FuzzReport): string {
  const share = valid === 0 ? 'none to succeed' : `${((100 * succeeded) / valid).toFixed(1)} % succeeded`;
  return `${valid} valid, ${share}, ${invalid} invalid, ${faults.length} faults`;
}

function wholeNumber(name: 'requests' | 'seed', { least }: { least: number }): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < least)
    refuse(`--${name} is a whole number of at least ${least}, not "${values[name]}"`);
  return number;
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
