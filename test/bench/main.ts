import { benchCli } from './framework/bench-cli.ts';
import type { ListedBenchmark } from './framework/benchmark.ts';

const benchmarks: readonly ListedBenchmark[] = [
  {
    name: 'recognise',
    title: 'one photograph to identified faces: bare networks, in process, HTTP, Human, face-api',
    load: async () => (await import('./recognise/recognise.ts')).recognise,
  },
  {
    name: 'accuracy',
    title: 'detection, identification and verification on labelled pictures, sharp and degraded',
    load: async () => (await import('./accuracy/accuracy.ts')).accuracy,
  },
  {
    name: 'conditions',
    title: 'what is wrong with a picture of one person: false alarms on photographs, spoilt ones noticed',
    load: async () => (await import('./conditions/conditions.ts')).conditions,
  },
  {
    name: 'calibrate',
    title:
      'the score table of the default embedding: fitted on half of the people, reported on the other half',
    load: async () => (await import('./calibrate/calibrate.ts')).calibrate,
  },
  {
    name: 'load',
    title: 'eight clients without pause, event loop, memory, and vision killed or stopped under load',
    load: async () => (await import('./load/load.ts')).load,
  },
  {
    name: 'enrol',
    title: 'durable enrolments against bare lmdb writing the same records; searches meanwhile',
    load: async () => (await import('./enrol/enrol.ts')).enrol,
  },
  {
    name: 'restart',
    title: 'from a store on the disk to the first answer, against lmdb reading the same; memory; /readyz',
    load: async () => (await import('./restart/restart.ts')).restart,
  },
  {
    name: 'search',
    title: 'finding templates: latency against reading memory, recall, writes, FAISS, usearch, hnswlib',
    load: async () => (await import('./search/search.ts')).search,
  },
];

process.exitCode = await benchCli({
  benchmarks,
  argv: process.argv.slice(2),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
