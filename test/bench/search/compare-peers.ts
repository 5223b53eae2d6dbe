import { ScanIndex } from '../../../native/faiss/scan-index.ts';
import { inTurn, median } from '../framework/rounds.ts';
import { probesOf, rowsOf, type SearchCase } from './face-sets.ts';
import { faissFlat, hnswlibGraph, type Peer, usearchGraph } from './peers.ts';
import { settledBytes } from './settled-bytes.ts';

/** One library at the least effort that reaches the recall of ours, or at its most. */
export type PeerFindings = {
  readonly name: string;
  readonly buildMs: number;
  readonly bytesARow: number;
  readonly searchMs: number;
  readonly recallTen: number;
  readonly removeThousandMs: number;
};

type Build = Pick<PeerFindings, 'buildMs' | 'bytesARow'>;

const limit = 10;
const enough = 0.9999;

function ours(dimensions: number): Peer {
  const index = new ScanIndex({ dimensions, originals: 'float32' });
  return {
    name: 'Ostiary',
    efforts: [1],
    add: async (vectors, labels) => {
      await index.add(vectors, labels);
    },
    search: async (probes) =>
      (await index.search({ probes, limit, mode: 'exact' }))[0]!.map(({ label }) => label),
    remove: async (rows) => {
      await index.remove(Uint32Array.from(rows));
    },
  };
}

/** What ours holds when the originals are in LMDB, in the way the others are measured. */
export async function codesBytesARow(measured: SearchCase): Promise<number> {
  const index = new ScanIndex({ dimensions: measured.dimensions, originals: 'none' });
  const before = await settledBytes();
  for (const { vectors, labels } of rowsOf(measured)) await index.add(vectors, labels);
  return ((await settledBytes()) - before) / index.rows;
}

/** The same rows and probes for all; searches take turns. */
export async function comparePeers(
  measured: SearchCase,
  rounds: number,
  say: (line: string) => void,
): Promise<PeerFindings[]> {
  const { dimensions, rows } = measured;
  const probes = probesOf(measured, rounds).map(({ vector }) => vector);
  const peers = [
    ours(dimensions),
    faissFlat(dimensions),
    usearchGraph(dimensions),
    hnswlibGraph(dimensions, rows),
  ];
  const built: Build[] = [];
  for (const peer of peers) {
    say(`${peer.name}: ${rows} × ${dimensions}`);
    built.push(await build(peer, measured));
  }
  const truth = await Promise.all(
    probes.map(async (probe) => new Set(await peers[1]!.search(probe, limit, 1))),
  );
  const efforts: Effort[] = [];
  for (const peer of peers) efforts.push(await leastEffort(peer, probes, truth));
  const turns = peers.map(() => 0);
  const times = await inTurn(
    Object.fromEntries(
      peers.map((peer, i) => [
        peer.name,
        () => timeOne(peer, probes[turns[i]!++ % rounds]!, efforts[i]!.effort),
      ]),
    ),
    rounds,
  );
  const findings: PeerFindings[] = [];
  for (const [i, peer] of peers.entries()) {
    // Once beforehand, for what was never used yet is slower the first time.
    await peer.remove(Array.from({ length: 1000 }, (_, row) => row * 4));
    const start = performance.now();
    await peer.remove(Array.from({ length: 1000 }, (_, row) => row * 4 + 1));
    findings.push({
      name: peer.name,
      ...built[i]!,
      searchMs: median(times[peer.name]!),
      recallTen: efforts[i]!.recall,
      removeThousandMs: performance.now() - start,
    });
  }
  return findings;
}

async function build(peer: Peer, measured: SearchCase): Promise<Build> {
  let buildMs = 0;
  const before = await settledBytes();
  for (const { vectors, labels } of rowsOf(measured)) {
    const start = performance.now();
    await peer.add(vectors, labels);
    buildMs += performance.now() - start;
  }
  return { buildMs, bytesARow: ((await settledBytes()) - before) / measured.rows };
}

async function timeOne(peer: Peer, probe: Float32Array, effort: number): Promise<number> {
  const start = performance.now();
  await peer.search(probe, limit, effort);
  return performance.now() - start;
}

type Effort = { readonly effort: number; readonly recall: number };

async function leastEffort(
  peer: Peer,
  probes: readonly Float32Array[],
  truth: readonly ReadonlySet<number>[],
): Promise<Effort> {
  let reached: Effort = { effort: peer.efforts[0]!, recall: 0 };
  for (const effort of peer.efforts) {
    let found = 0;
    for (const [i, probe] of probes.entries()) {
      for (const label of await peer.search(probe, limit, effort)) if (truth[i]!.has(label)) found++;
    }
    reached = { effort, recall: found / (probes.length * limit) };
    if (reached.recall >= enough) break;
  }
  return reached;
}
