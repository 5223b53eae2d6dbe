import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { Finding } from './asker.ts';
import { type Kind, kinds } from './kinds.ts';
import { askAll, fill } from './questions.ts';

/** What a damaged store did; of several, the last of this list. */
export const conducts = [
  /** The damage lies where nobody asks. */
  'all answers right',
  /** What is damaged is refused or left out, and told of as a problem or by a refusal. */
  'damage told',
  /** Something is left out, and no question was refused. */
  'damage not told',
  /** Errors that are not ours. */
  'foreign error',
  'process ended, and the next start told why',
  'process ended',
  'wrong answer',
] as const;
export type Conduct = (typeof conducts)[number];

export type Flipped = { readonly conduct: Conduct; readonly what: string };

const asker = join(import.meta.dirname, 'asker.ts');
const longestMs = 60_000;

/**
 * Fills two stores, one of them sealed, damages so many copies of them by turns, and tells what each did when it was asked
 * for everything.
 */
export async function askDamagedStores(root: string, copies: number): Promise<Flipped[]> {
  for (const kind of kinds) await fillStore(join(root, kind.name), kind);
  const found: Flipped[] = [];
  while (found.length < copies) found.push(...(await askSome(root, found.length + 1, copies)));
  return found;
}

async function fillStore(dir: string, { wrappingKey }: Kind): Promise<void> {
  const filled = await openLmdbStore({ dir, wrappingKey });
  const known = await fill(filled);
  await filled.close();
  const store = await openLmdbStore({ dir, wrappingKey });
  const right = await askAll(store, known);
  await store.close();
  await writeFile(join(dir, 'right.json'), JSON.stringify({ known, right }));
}

/** Goes on with the next copies until all are done or one has ended the process. */
async function askSome(root: string, first: number, last: number): Promise<Flipped[]> {
  const { findings, end } = await runAsker([root, String(first), String(last)]);
  const found = findings.flatMap((finding) => conductOf(finding) ?? []);
  const { seed, where } = findings.at(-1) ?? { seed: first, where: 'unknown' };
  if (end !== undefined) found.push({ conduct: await conductAfter(root, seed), what: `${where}: ${end}` });
  return found;
}

/** What became of the store that has ended a process, when it was opened again. */
async function conductAfter(root: string, seed: number): Promise<Conduct> {
  const { findings, end } = await runAsker([root, String(seed), String(seed), 'again']);
  const { unopened } = findings.at(-1) ?? {};
  const isTold = end === undefined && unopened !== undefined && 'refused' in unopened;
  return isTold ? 'process ended, and the next start told why' : 'process ended';
}

/** `end` is how it ended, if not well. */
async function runAsker(args: readonly string[]): Promise<{ findings: Finding[]; end?: string | number }> {
  const child = spawn(process.execPath, [asker, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const patience = setTimeout(() => child.kill('SIGKILL'), longestMs);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    patience.refresh();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(patience);
  const lines = text.split('\n').slice(0, -1);
  const findings = lines.map((line) => JSON.parse(line) as Finding);
  return { findings, ...(code !== 0 && { end: signal ?? code ?? 'unknown' }) };
}

function conductOf({ where, unopened, problems, others }: Finding): Flipped | undefined {
  if (unopened) {
    const [how] = Object.values(unopened) as [string];
    return {
      conduct: 'fault' in unopened ? 'foreign error' : 'damage told',
      what: `${where}: not opened, ${how}`,
    };
  }
  if (!others) return undefined;
  const first = (wanted: string) => {
    const other = others.find(({ verdict }) => verdict === wanted);
    return `${where}: ${other?.question}: ${other?.found}`;
  };
  const verdicts = new Set(others.map(({ verdict }) => verdict));
  if (verdicts.has('wrong')) return { conduct: 'wrong answer', what: first('wrong') };
  if (verdicts.has('fault')) return { conduct: 'foreign error', what: first('fault') };
  if (verdicts.has('refused') || problems! > 0) return { conduct: 'damage told', what: first('refused') };
  return verdicts.has('less')
    ? { conduct: 'damage not told', what: first('less') }
    : { conduct: 'all answers right', what: where };
}
