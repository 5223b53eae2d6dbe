import { parseArgs } from 'node:util';
import { startTestApp } from '../harness/app.ts';
import { prepareFaces } from '../integration/authorisation/material.ts';
import { openBesideCompreFace, surfaces } from '../integration/openapi/surfaces.ts';
import { fuzzDialect } from './run.ts';

/** `npm run fuzz`: as many requests to each API as wanted, made from its document. Exit code 1 when one was answered wrongly. */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    dialect: { type: 'string' },
  },
});

await using app = await startTestApp({ store: 'memory', dialects: openBesideCompreFace });
const faces = await prepareFaces(app.services);
const ask = { requests: Number(values.requests), seed: Number(values.seed) };
for (const surface of surfaces) {
  const { name } = surface.open(app.services);
  if (values.dialect !== undefined && values.dialect !== name) continue;
  const { valid, succeeded, invalid, faults } = await fuzzDialect({ app, faces, surface, ...ask });
  const share = ((100 * succeeded) / valid).toFixed(1);
  process.stdout.write(
    `${name}: ${valid} valid, ${share} % succeeded, ${invalid} invalid, ${faults.length} faults\n`,
  );
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  if (faults.length > 0 || succeeded < 0.9 * valid) process.exitCode = 1;
}
