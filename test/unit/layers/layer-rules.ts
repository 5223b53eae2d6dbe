import type { IForbiddenRuleType } from 'dependency-cruiser';

/** What each folder of `src` may import besides itself; a composition root may import everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  config: [],
  domain: ['primitives'],
  pipeline: ['domain', 'primitives'],
  services: ['pipeline', 'domain', 'primitives'],
  http: ['services', 'domain', 'primitives'],
  fleet: ['services', 'domain', 'primitives'],
  adapters: ['domain', 'primitives'],
};

const compositionRoots = ['app.ts', 'app/', 'main.ts', 'vision.ts', 'vision-worker.ts', 'cli/'];

/** Packages whose types and errors stay in one place. */
export const vendorHomes: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'src/adapters/face-models/onnxruntime-node/',
  sharp: 'src/adapters/picture-codec/sharp/',
  lmdb: 'src/adapters/gallery/lmdb/',
  koa: 'src/http/',
  '@koa/router': 'src/http/',
  busboy: 'src/http/',
  commander: 'src/cli/',
  yaml: 'src/config/',
  yauzl: 'src/adapters/picture-batch/file/',
  'csv-parse': 'src/adapters/picture-batch/file/',
};

const ours = '^(src|native|models|test|image-build)/';

function layerRule([folder, others]: [string, readonly string[]]): IForbiddenRuleType {
  const open = [folder, ...others].map((name) => `^src/${name}/`);
  // The addons compute and do nothing else: for these two they are as good as code of their own.
  if (folder === 'pipeline' || folder === 'adapters') open.push('^native/[^/]+/[a-z-]+[.]ts$');
  return {
    name: `${folder} imports only ${others.join(', ') || 'nothing of ours'}`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { path: ours, pathNot: open },
  };
}

function vendorRule([vendor, home]: [string, string]): IForbiddenRuleType {
  return {
    name: `${vendor} stays in ${home}`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^${home}` },
    to: { path: `(^|/)node_modules/${vendor}/` },
  };
}

/** The layer table of ARCHITECTURE.md as rules for dependency-cruiser. */
export const layerRules: IForbiddenRuleType[] = [
  ...Object.entries(mayImport).map(layerRule),
  ...Object.entries(vendorHomes).map(vendorRule),
  {
    name: 'every file of src is in a layer or a composition root',
    severity: 'error',
    from: {
      path: '^src/',
      pathNot: [...Object.keys(mayImport).map((name) => `${name}/`), ...compositionRoots].map(
        (place) => `^src/${place}`,
      ),
    },
    to: {},
  },
  {
    name: 'composition roots are imported by composition roots only',
    severity: 'error',
    from: { path: Object.keys(mayImport).map((folder) => `^src/${folder}/`) },
    to: { path: compositionRoots.map((root) => `^src/${root}`) },
  },
  {
    name: 'src never imports tests or tools',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(test|image-build|models)/' },
  },
  {
    name: "an adapter knows no other port's adapter",
    severity: 'error',
    from: { path: '^src/adapters/([^/]+)/' },
    to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
  },
  {
    name: 'a dialect knows no other dialect',
    severity: 'error',
    from: { path: '^src/http/dialects/([^/]+)/' },
    to: { path: '^src/http/dialects/[^/]+/', pathNot: '^src/http/dialects/$1/' },
  },
  { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
];
