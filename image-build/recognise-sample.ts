import { readFileSync } from 'node:fs';
import { openBenchAnalyser, recogniseRequest } from '../test/bench/ostiary/bench-analyser.ts';
import { readPhotograph, samplePaths } from '../test/bench/pictures/photographs.ts';

/**
 * Writes the templates of a sample picture as JSON. With the file of another machine's it compares them instead: exit code 1
 * when a face is missing, or its templates are not as good as the same.
 */
const leastCosine = 0.999;

await using analyser = await openBenchAnalyser();
const { bytes } = readPhotograph(samplePaths()[0]!);
const { faces } = await analyser.analyse(recogniseRequest(bytes));
const templates = faces.map(({ template }) => [...template!.vector]);

const otherFile = process.argv[2];
if (otherFile === undefined) process.stdout.write(JSON.stringify(templates));
else compare(JSON.parse(readFileSync(otherFile, 'utf8')) as number[][]);

function compare(others: readonly number[][]): void {
  const cosines = templates.map((template, index) => dot(template, others[index] ?? []));
  const least = Math.min(...cosines);
  const isSame = templates.length === others.length && templates.length > 0 && least >= leastCosine;
  process.stdout.write(
    `${process.arch}: ${templates.length} of ${others.length} faces, templates alike by a cosine of at least ${least.toFixed(6)}\n`,
  );
  if (!isSame) process.exitCode = 1;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
