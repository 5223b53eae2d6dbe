import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HierarchicalNSW } from 'hnswlib-node';
import { Index, MetricKind, ScalarKind } from 'usearch';
import { FaissIndex } from '../../../native/faiss/faiss-index.ts';

/** A library that finds vectors, as its users would take it. */
export type Peer = {
  readonly name: string;
  add(vectors: Float32Array, labels: Uint32Array): void | Promise<void>;
  /** Labels, the best first. `effort` is what the library has to trade time for recall. */
  search(probe: Float32Array, limit: number, effort: number): number[] | Promise<number[]>;
  /** From little effort to much; the last should find all. */
  readonly efforts: readonly number[];
  remove(labels: readonly number[]): void | Promise<void>;
};

type HnswlibModule = {
  readonly HierarchicalNSW: new (space: 'ip', dimensions: number) => HierarchicalNSW;
};

const graphEfforts = [16, 32, 64, 128, 256, 512, 1024, 2048];

/** FAISS's flat index from Debian's build. */
export function faissFlat(dimensions: number): Peer {
  const index = FaissIndex.create(dimensions, 'Flat');
  return {
    name: 'FAISS flat',
    efforts: [1],
    add: async (vectors, labels) => {
      await index.add(vectors, labels);
    },
    search: async (probes, limit) => (await index.search({ probes, limit }))[0]!.map(({ label }) => label),
    remove: async (rows) => {
      await index.remove(Uint32Array.from(rows));
    },
  };
}

/** usearch with its defaults in single precision; adding uses both threads. */
export function usearchGraph(dimensions: number): Peer {
  const open = (effort: number): Index =>
    new Index({
      dimensions,
      metric: MetricKind.IP,
      quantization: ScalarKind.F32,
      connectivity: 16,
      expansion_add: 128,
      expansion_search: effort,
      multi: false,
    });
  const index = open(64);
  // The binding takes the effort when an index is made, and not after: another effort is a copy.
  let copy: { readonly effort: number; readonly index: Index } | undefined;
  const withEffort = (effort: number): Index => {
    if (copy?.effort === effort) return copy.index;
    const file = join(mkdtempSync(join(tmpdir(), 'ostiary-bench-')), 'index');
    index.save(file);
    copy = { effort, index: open(effort) };
    copy.index.load(file);
    rmSync(dirname(file), { recursive: true });
    return copy.index;
  };
  return {
    name: 'usearch',
    efforts: graphEfforts,
    add: (vectors, labels) => {
      index.add(BigUint64Array.from(labels, BigInt), vectors, 2);
    },
    search: (probe, limit, effort) => Array.from(withEffort(effort).search(probe, limit, 1).keys, Number),
    remove: (labels) => {
      index.remove(BigUint64Array.from(labels, BigInt));
    },
  };
}

/** hnswlib-node, whose package must be compiled; by `make -C native hnswlib`. */
export function hnswlibGraph(dimensions: number, rows: number): Peer {
  const native = fileURLToPath(new URL('../../../native', import.meta.url));
  execFileSync('make', ['--silent', `--directory=${native}`, 'hnswlib'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { HierarchicalNSW } = createRequire(import.meta.url)(
    `${native}/yardstick/build/hnswlib.node`,
  ) as HnswlibModule;
  const index = new HierarchicalNSW('ip', dimensions);
  index.initIndex(rows, 16, 128, 100, true);
  return {
    name: 'hnswlib-node',
    efforts: graphEfforts,
    add: (vectors, labels) => {
      labels.forEach((label, i) => {
        index.addPoint(Array.from(vectors.subarray(i * dimensions, (i + 1) * dimensions)), label);
      });
    },
    search: (probe, limit, effort) => {
      index.setEf(effort);
      return index.searchKnn(Array.from(probe), limit).neighbors;
    },
    remove: (labels) => {
      for (const label of labels) index.markDelete(label);
    },
  };
}
