import { usableKernels } from '../../../native/faiss/binding.ts';
import {
  atLeast,
  atMost,
  type Benchmark,
  below,
  type Figure,
  figure,
  type Target,
} from '../framework/benchmark.ts';
import { medianRatio, percentile, type Rounds } from '../framework/rounds.ts';
import { codesBytesARow, comparePeers, type PeerFindings } from './compare-peers.ts';
import type { SearchCase } from './face-sets.ts';
import { type BenchGallery, buildGallery } from './gallery.ts';
import { shares, type Timed, timeSearches } from './latencies.ts';
import { measureRecall, type Recall } from './recall.ts';
import { measureWrites } from './writes.ts';

type Plan = {
  readonly cases: readonly SearchCase[];
  /** Targets in multiples of the floor hold for this one. */
  readonly bound: SearchCase;
  readonly peers: SearchCase;
  readonly probes: number;
  readonly rounds: number;
  readonly writesMs: number;
};

const quickRows = 200_000;
const sizes = [10_000, 100_000, 1_000_000];

function planOf(quick: boolean): Plan {
  if (quick) {
    const bound = { set: 'fitted', dimensions: 512, rows: quickRows } as const;
    const others = [
      { set: 'fitted with mean', dimensions: 128, rows: 100_000 },
      { set: 'isotropic', dimensions: 512, rows: 20_000 },
      { set: 'adversarial', dimensions: 512, rows: 20_000 },
    ] as const;
    const peers = { set: 'fitted', dimensions: 512, rows: 10_000 } as const;
    return { cases: [...others, bound], bound, peers, probes: 20, rounds: 15, writesMs: 800 };
  }
  const bound = { set: 'fitted', dimensions: 512, rows: 1_000_000 } as const;
  const fitted = [128, 512].flatMap((dimensions) =>
    sizes.map(
      (rows) => ({ set: dimensions === 128 ? 'fitted with mean' : 'fitted', dimensions, rows }) as const,
    ),
  );
  const others = (['isotropic', 'adversarial', 'fitted with mean'] as const).map((set) => ({
    ...bound,
    set,
  }));
  const peers = { set: 'fitted', dimensions: 512, rows: 100_000 } as const;
  return {
    cases: [...fitted.slice(0, -1), ...others, bound],
    bound,
    peers,
    probes: 200,
    rounds: 100,
    writesMs: 5000,
  };
}

/** Faces of a gallery by their templates: latency against the memory's floor, recall, building, writing, other libraries. */
export const search: Benchmark = async ({ quick, say }) => {
  const plan = planOf(quick);
  const figures: Figure[] = [];
  const targets: Target[] = [];
  for (const measured of plan.cases) {
    const name = `${measured.set} ${measured.rows} × ${measured.dimensions}`;
    say(name);
    const gallery = await buildGallery(measured, plan.probes);
    const times = await timeSearches(gallery, plan.rounds);
    const recall = await measureRecall(gallery);
    figures.push(...describeTimes(name, times), ...describeRecall(name, recall));
    targets.push(...recallTargets(name, recall));
    if (measured === plan.bound) {
      targets.push(...timeTargets(times), ...(await measureRest(gallery, plan.writesMs, figures)));
    }
    gallery.floor.free();
  }
  const peers = await comparePeers(plan.peers, plan.probes, say);
  const bytes = await codesBytesARow(plan.peers);
  figures.push(...peers.flatMap(describePeer), figure('Ostiary: bytesARow without originals', bytes, ''));
  return {
    scale: {
      quick,
      kernels: usableKernels.at(-1)!,
      probes: plan.probes,
      rounds: plan.rounds,
      peersAtRows: plan.peers.rows,
    },
    figures,
    targets: [
      ...targets,
      ...peerTargets(peers, bytes).filter(({ name }) => isWhole(plan.peers) || !name.startsWith('bytes')),
    ],
  };
};

/** Of small galleries the resident size says little: pages are large, and the process holds memory for other ends. */
function isWhole({ rows }: SearchCase): boolean {
  return rows >= 100_000 && rows !== quickRows;
}

function describeTimes(name: string, times: Rounds<Timed>): Figure[] {
  return Object.entries(times).flatMap(([what, values]) => [
    figure(`${name}: ${what}, p50`, percentile(values, 50), 'ms'),
    figure(`${name}: ${what}, p99`, percentile(values, 99), 'ms'),
    ...(what === 'floor'
      ? []
      : [figure(`${name}: ${what}, of the floor`, medianRatio(values, times.floor), '')]),
  ]);
}

function describeRecall(name: string, recall: Recall): Figure[] {
  return Object.entries(recall).map(([what, value]) => figure(`${name}: recall, ${what}`, value, ''));
}

function recallTargets(name: string, recall: Recall): Target[] {
  return [
    atLeast(`${name}: exact, first of known people`, recall.knownFirst, 0.9999),
    atLeast(`${name}: exact, ten of known people`, recall.knownTen, 0.9999),
    atLeast(`${name}: exact, first of strangers`, recall.strangersFirst, 0.9999),
    atLeast(`${name}: exact, ten of strangers`, recall.strangersTen, 0.9999),
    atLeast(`${name}: hits over the threshold found`, recall.overThreshold, 0.9999),
    atLeast(`${name}: first of known people by the threshold`, recall.knownFirstByThreshold, 0.9995),
    atLeast(`${name}: ten by codes and fetched originals`, recall.rescoredTen, 0.9999),
  ];
}

function timeTargets(times: Rounds<Timed>): Target[] {
  const ofFloor = (what: Timed, bound: number): Target =>
    atMost(`${what}, of the floor`, medianRatio(times[what], times.floor), bound);
  const filters = shares.flatMap((share) =>
    (['found', 'exact'] as const).map((mode) => {
      const ratio = medianRatio(times[`${mode}, ${share} allowed`], times[mode]);
      return atMost(`${mode}, ${share} allowed, of unfiltered`, ratio, share === 0.01 ? 0.3 : 1.2);
    }),
  );
  return [
    ofFloor('plain', 1.2),
    ofFloor('exact', 0.35),
    ofFloor('found', 0.08),
    ofFloor('16 at once, each', 0.06),
    ...filters,
  ];
}

async function measureRest(gallery: BenchGallery, writesMs: number, figures: Figure[]): Promise<Target[]> {
  const { built } = gallery;
  const writes = await measureWrites(gallery, writesMs);
  figures.push(
    figure('bytes a reference, originals elsewhere', built.codesBytesARow + 8, ''),
    figure('built with originals', built.withOriginalsMs / 1000, 's'),
    figure('resident size of the process', process.memoryUsage.rss() / 2 ** 20, 'MiB'),
  );
  // An id of the caller's is eight bytes more.
  return [
    below('codes built', built.codesMs / 1000, 10),
    below('built with originals', built.withOriginalsMs / 1000, 10),
    ...(isWhole(gallery.measured)
      ? [atMost('bytes a reference, originals elsewhere', built.codesBytesARow + 8, 350)]
      : []),
    below('removing 1,000 rows, ms', writes.removeThousandMs, 5),
    atMost('longest stall of a search by writes, ms', writes.longestStallMs, 20),
    below('event-loop delay p99 while all goes on, ms', writes.loopDelayP99Ms, 20),
  ];
}

function describePeer({ name, ...findings }: PeerFindings): Figure[] {
  return Object.entries(findings).map(([what, value]) => figure(`${name}: ${what}`, value, ''));
}

/**
 * Ahead of the graphs. They hold their vectors, ours leaves them in LMDB. hnswlib only marks what is removed, and keeps it;
 * its time for that is told and not bound.
 */
function peerTargets([ours, ...peers]: readonly PeerFindings[], bytesWithoutOriginals: number): Target[] {
  return peers
    .filter(({ name }) => name !== 'FAISS flat')
    .flatMap((peer) => [
      below(`search time, of ${peer.name}'s`, ours!.searchMs / peer.searchMs, 1),
      atLeast(`recall@10 less ${peer.name}'s`, ours!.recallTen - peer.recallTen, 0),
      below(`build time, of ${peer.name}'s`, ours!.buildMs / peer.buildMs, 1),
      below(
        `bytes a reference, originals elsewhere, of ${peer.name}'s`,
        bytesWithoutOriginals / peer.bytesARow,
        1,
      ),
      ...(peer.name === 'usearch'
        ? [below(`removal, of ${peer.name}'s`, ours!.removeThousandMs / peer.removeThousandMs, 1)]
        : []),
    ]);
}
