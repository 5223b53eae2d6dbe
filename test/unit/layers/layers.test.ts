import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import { layerRules, vendorHomes } from './layer-rules.ts';

const root = join(import.meta.dirname, '../../..');

async function cruiseOver(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(folders, {
    baseDir,
    ruleSet: { forbidden: layerRules },
    validate: true,
    // Imports of types only are imports too: a layer must not know another's words.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json', '.node'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

function violationsOf(result: ICruiseResult): string[] {
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

describe('the layer table', () => {
  it('holds for every file of src and native', async () => {
    const result = await cruiseOver(root, ['src', 'native']);
    const written = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const seen = result.modules.filter(({ source }) => source.startsWith('src/')).length;

    expect(violationsOf(result)).toEqual([]);
    // A compiler that dependency-cruiser cannot drive makes it see nothing, and so nothing wrong.
    expect(seen).toBe(written.length);
    expect(seen).toBeGreaterThan(60);
    const imports = result.modules.flatMap(({ dependencies }) =>
      dependencies.map(({ resolved }) => resolved),
    );
    expect(imports.length).toBeGreaterThan(2 * seen);
    const unseen = Object.keys(vendorHomes).filter(
      (vendor) => !imports.some((path) => path.startsWith(`node_modules/${vendor}/`)),
    );
    expect(unseen).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a service that reaches into an adapter',
      {
        'src/services/a.ts': "import '../adapters/gallery/lmdb/b.ts';",
        'src/adapters/gallery/lmdb/b.ts': '',
      },
      'services imports only pipeline, domain, primitives: src/services/a.ts → src/adapters/gallery/lmdb/b.ts',
    ],
    [
      'a type of a higher layer',
      {
        'src/domain/a.ts': "import type { B } from '../http/b.ts';\nexport type A = B;",
        'src/http/b.ts': 'export type B = 1;',
      },
      'domain imports only primitives: src/domain/a.ts → src/http/b.ts',
    ],
    [
      'a service that reaches into an addon',
      {
        'src/services/a.ts': "import '../../native/pixels/binding.ts';",
        'native/pixels/binding.ts': '',
      },
      'services imports only pipeline, domain, primitives: src/services/a.ts → native/pixels/binding.ts',
    ],
    [
      "an adapter that knows another port's",
      { 'src/adapters/vision/a/a.ts': "import '../../gallery/b/b.ts';", 'src/adapters/gallery/b/b.ts': '' },
      "an adapter knows no other port's adapter: src/adapters/vision/a/a.ts → src/adapters/gallery/b/b.ts",
    ],
    [
      'a dialect that knows another',
      { 'src/http/dialects/one/a.ts': "import '../two/b.ts';", 'src/http/dialects/two/b.ts': '' },
      'a dialect knows no other dialect: src/http/dialects/one/a.ts → src/http/dialects/two/b.ts',
    ],
    [
      'a cycle',
      { 'src/domain/a.ts': "import './b.ts';", 'src/domain/b.ts': "import './a.ts';" },
      'no cycles: src/domain/a.ts → src/domain/b.ts',
    ],
    [
      'a vendor outside of its adapter',
      {
        'src/services/a.ts': "import 'lmdb';",
        'node_modules/lmdb/index.js': '',
        'node_modules/lmdb/package.json': '{"main":"index.js"}',
      },
      'lmdb stays in src/adapters/gallery/lmdb/: src/services/a.ts → node_modules/lmdb/index.js',
    ],
    [
      'a folder without a place in the table',
      { 'src/utils/a.ts': "import '../domain/b.ts';", 'src/domain/b.ts': '' },
      'every file of src is in a layer or a composition root: src/utils/a.ts → src/domain/b.ts',
    ],
  ])('is broken by %s', async (_, files, violation) => {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-layers-'));
    try {
      for (const [file, text] of Object.entries({
        'package.json': '{"type":"module","dependencies":{"lmdb":"1"}}',
        ...files,
      })) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      expect(violationsOf(await cruiseOver(folder, ['src']))).toContain(violation);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
