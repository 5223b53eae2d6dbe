import { writeSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { seeded } from '../../bench/accuracy/seeded.ts';
import { type Answer, type Answers, judge, type Verdict } from './answers.ts';
import { type Kind, kindOf } from './kinds.ts';
import { askAll, type Known } from './questions.ts';

/** What a damaged store said. */
export type Finding = {
  readonly seed: number;
  readonly where: string;
  /** Of a store that was not opened: an error of ours, or another. */
  readonly unopened?: { readonly refused: string } | { readonly fault: string };
  readonly problems?: number;
  /** The answers that were not right. */
  readonly others?: readonly {
    readonly verdict: Verdict;
    readonly question: string;
    readonly found: string;
  }[];
};

/**
 * Damages copies of the stores in a folder and asks each for everything: `node asker.ts <folder> <first> <last>`, the
 * numbers being seeds; with `again` the one that lies there as it is. Tells on a line of each copy where it is damaged, and on another what it said; LMDB may well end the
 * process in between.
 */
const [root, first, last, again] = process.argv.slice(2) as [string, string, string, string?];
const copy = join(root, 'copy');
type Whole = Kind & { readonly dir: string; readonly known: Known; readonly right: Answers };

async function readWhole(kind: Kind): Promise<Whole> {
  const dir = join(root, kind.name);
  return { ...kind, dir, ...JSON.parse(await readFile(join(dir, 'right.json'), 'utf8')) };
}

const picturesShare = 0.25;
const longestBurst = 4096;
const saidOfAnAnswer = 300;

function damage(bytes: Buffer, random: () => number): string {
  const at = Math.floor(random() * bytes.length);
  if (random() < 0.5) {
    bytes[at]! ^= 1 << Math.floor(random() * 8);
    return `a bit of byte ${at}`;
  }
  const end = Math.min(bytes.length, at + 1 + Math.floor(random() ** 3 * longestBurst));
  for (let each = at; each < end; each++) bytes[each] = Math.floor(random() * 256);
  return `bytes ${at} to ${end}`;
}

async function makeCopy({ dir, name: kind }: Whole, seed: number): Promise<string> {
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy);
  for (const name of ['gallery.mdb', 'pictures.mdb']) await copyFile(join(dir, name), join(copy, name));
  const random = seeded(seed);
  const name = random() < picturesShare ? 'pictures.mdb' : 'gallery.mdb';
  const bytes = await readFile(join(copy, name));
  const where = `${damage(bytes, random)} in ${name} of a ${kind} store`;
  await writeFile(join(copy, name), bytes);
  return where;
}

function verdictOf(question: string, right: Answer, found: Answer): Verdict {
  const verdict = judge(right, found);
  // Another digest says, rightly, that this is another store.
  return question === 'digest' && verdict === 'wrong' ? 'less' : verdict;
}

async function ask({ wrappingKey, known, right }: Whole, seed: number, where: string): Promise<Finding> {
  let store: LmdbStore;
  try {
    store = await openLmdbStore({ dir: copy, wrappingKey });
  } catch (error) {
    const unopened = error instanceof AppError ? { refused: error.message } : { fault: String(error) };
    return { seed, where, unopened };
  }
  const answers = await askAll(store, known);
  const problems = store.storeProblems().length;
  await store.close();
  const others = Object.entries(answers).flatMap(([question, found]) => {
    const verdict = verdictOf(question, right[question]!, found);
    const said = JSON.stringify(found).slice(0, saidOfAnAnswer);
    return verdict === 'right' ? [] : [{ verdict, question, found: said }];
  });
  return { seed, where, problems, others };
}

for (let seed = Number(first); seed <= Number(last); seed++) {
  const whole = await readWhole(kindOf(seed));
  const where = again === undefined ? await makeCopy(whole, seed) : 'again';
  writeSync(1, `${JSON.stringify({ seed, where })}\n`);
  writeSync(1, `${JSON.stringify(await ask(whole, seed, where))}\n`);
}
