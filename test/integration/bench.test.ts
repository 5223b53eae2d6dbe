import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchCli } from '../bench/framework/bench-cli.ts';
import { atLeast, atMost, type Benchmark, figure } from '../bench/framework/benchmark.ts';
import { inTurn, median, medianRatio, percentile } from '../bench/framework/rounds.ts';

const sums: Benchmark = async ({ quick, say }) => {
  say('adding');
  const last = quick ? 10 : 100;
  const sum = (last * (last + 1)) / 2;
  return {
    scale: { last },
    figures: [figure('sum', sum, 'units')],
    targets: [atLeast('sum of the first numbers', sum, 55), atMost('last number', last, 50)],
  };
};

async function bench(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await benchCli({
    benchmarks: [{ name: 'sums', title: 'adds numbers', load: async () => sums }],
    argv,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

describe('the bench command', () => {
  it('prints one JSON object of the documented form and exits 0 when all targets are met', async () => {
    const { code, out } = await bench('sums', '--json', '--quick');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      name: 'sums',
      machine: {
        cpu: expect.any(String),
        cores: expect.any(Number),
        memoryGiB: expect.any(Number),
        node: process.version,
        simd: expect.any(String),
      },
      scale: { last: 10 },
      figures: [{ name: 'sum', value: 55, unit: 'units' }],
      targets: [
        { name: 'sum of the first numbers', value: 55, target: '>= 55', met: true },
        { name: 'last number', value: 10, target: '<= 50', met: true },
      ],
    });
  });

  it('exits 1 when a target is missed and names it in the table', async () => {
    const { code, out } = await bench('sums');
    expect(code).toBe(1);
    expect(out).toMatch(/last number +100 +<= 50 +MISSED/);
    expect(out).toMatch(/sum of the first numbers +5050 +>= 55 +met/);
  });

  it('keeps progress out of the result', async () => {
    const { out, err } = await bench('sums', '--json');
    expect(err).toBe('adding\n');
    expect(() => JSON.parse(out)).not.toThrow();
  });

  it.each([[['unheard-of']], [[]], [['sums', 'twice']], [['sums', '--unheard-of']]])(
    'exits 2 with the usage for the arguments %j',
    async (argv) => {
      const { code, out, err } = await bench(...argv);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err).toContain('usage: npm run bench');
    },
  );

  it('lists the real benchmarks without running them', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['test/bench/main.ts', '--list']);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'recognise',
      'accuracy',
      'conditions',
      'calibrate',
      'load',
      'enrol',
      'restart',
      'search',
      '',
    ]);
  });
});

describe('rounds in turn', () => {
  it('run every contestant once a round, each round beginning with another one', async () => {
    const order: string[] = [];
    const enter = (name: string, value: number) => async () => {
      order.push(name);
      return value;
    };
    const measured = await inTurn({ a: enter('a', 1), b: enter('b', 2), c: enter('c', 3) }, 3);
    expect(order.join('')).toBe('abcbcacab');
    expect(measured).toEqual({ a: [1, 1, 1], b: [2, 2, 2], c: [3, 3, 3] });
  });

  it('have medians, percentiles and paired ratios', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
    expect(percentile([10, 20, 30, 40, 50], 75)).toBe(40);
    expect(medianRatio([10, 40, 30], [5, 10, 10])).toBe(3);
  });
});
