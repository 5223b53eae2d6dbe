import { parseArgs } from 'node:util';
import type { ListedBenchmark } from './benchmark.ts';
import { describeMachine } from './machine.ts';
import { type Report, reportTable } from './report.ts';

/** Where the command line comes from and where its words go. */
export type BenchCli = {
  readonly benchmarks: readonly ListedBenchmark[];
  readonly argv: readonly string[];
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

const usage = 'usage: npm run bench -- <name> [--json] [--quick]\n       npm run bench -- --list\n';

/** Runs one benchmark by its name. Answers the exit code: 0 all targets met, 1 one was missed, 2 wrong usage. */
export async function benchCli({ benchmarks, argv, out, err }: BenchCli): Promise<0 | 1 | 2> {
  const asked = readArguments(argv);
  if (asked === undefined) {
    err(usage);
    return 2;
  }
  if (asked.list) {
    const width = Math.max(...benchmarks.map(({ name }) => name.length));
    out(benchmarks.map(({ name, title }) => `${name.padEnd(width)}  ${title}\n`).join(''));
    return 0;
  }
  const listed = benchmarks.find(({ name }) => name === asked.name);
  if (listed === undefined) {
    err(`${asked.name === undefined ? '' : `There is no benchmark ${asked.name}.\n`}${usage}`);
    return 2;
  }
  const benchmark = await listed.load();
  const measured = await benchmark({ quick: asked.quick, say: (line) => err(`${line}\n`) });
  const { scale, figures, targets } = measured;
  const report: Report = { name: listed.name, machine: describeMachine(), scale, figures, targets };
  out(asked.json ? `${JSON.stringify(report)}\n` : reportTable(report));
  return targets.every(({ met }) => met) ? 0 : 1;
}

type Asked = { name: string | undefined; list: boolean; json: boolean; quick: boolean };

function readArguments(argv: readonly string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
      },
    });
    return positionals.length > 1 ? undefined : { name: positionals[0], ...values };
  } catch {
    return undefined;
  }
}
