import type { Measured } from './benchmark.ts';
import type { Machine } from './machine.ts';

/** The one object that `--json` prints. */
export type Report = Measured & { readonly name: string; readonly machine: Machine };

/** The report as a table for people. */
export function reportTable(report: Report): string {
  const { cpu, cores, memoryGiB, node, simd } = report.machine;
  const scale = Object.entries(report.scale).map(([name, value]) => [name, String(value)]);
  const figures = report.figures.map(({ name, value, unit }) => [name, String(value), unit]);
  const targets = report.targets.map(({ name, value, target, met }) => [
    name,
    String(value),
    target,
    met ? 'met' : 'MISSED',
  ]);
  return [
    `${report.name} on ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${simd}, node ${node}`,
    ...section('scale', scale),
    ...section('measured', figures),
    ...section('targets', targets),
    '',
  ].join('\n');
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return ['', title, ...lines.map((line) => `  ${line}`)];
}
