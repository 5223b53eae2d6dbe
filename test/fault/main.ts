import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askDamagedStores, conducts } from './flips/flips.ts';
import { compileShim } from './power-cut/under-power-cut.ts';
import { type Outcome, type Rounds, runRounds } from './rounds/rounds.ts';

/**
 * `npm run faults`: the rounds of the fault tests, as many as wanted. Exit code 1 when a store has shown what it must not;
 * the files are kept then.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
/** Of about two scrubs a round, so that cuts also come while and after files are put in the place of others. */
const scrubbedSteps = 8_000;
const root = await mkdtemp(join(tmpdir(), 'ostiary-faults-'));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function cutOff(
  title: string,
  cut: Rounds['cut'],
  more: Pick<Rounds, 'scrubbed' | 'scrubbedSteps' | 'switched'> = {},
): Promise<Outcome> {
  const outcome = await runRounds({ root, rounds, seed, cut, ...more });
  const scrubs = more.scrubbed ? `, ${outcome.scrubs} scrubs` : '';
  const switches = more.switched ? `, ${outcome.switches} changes of the model` : '';
  say(
    `${title}: ${outcome.rounds} rounds, ${outcome.writes} acknowledged writes${scrubs}${switches}, ${outcome.violation ?? 'all well'}`,
  );
  return outcome;
}

async function flip(): Promise<{ violation?: string }> {
  const flipped = await askDamagedStores(root, rounds);
  for (const conduct of conducts) {
    const such = flipped.filter((each) => each.conduct === conduct);
    say(`flipped bytes: ${such.length} of ${rounds}: ${conduct}`);
    if (conduct !== 'all answers right' && conduct !== 'damage told')
      for (const { what } of such) say(`  ${what}`);
  }
  const bad = ['foreign error', 'process ended', 'wrong answer'];
  const wrong = flipped.find(({ conduct }) => bad.includes(conduct));
  return wrong ? { violation: wrong.what } : {};
}

const outcomes = [
  await cutOff('kill −9', 'kill'),
  await cutOff('power cut', { shim: compileShim(root) }),
  await cutOff('kill −9 while it is scrubbed', 'kill', { scrubbed: true }),
  await cutOff(
    'power cut while it is scrubbed',
    { shim: compileShim(root) },
    { scrubbed: true, scrubbedSteps },
  ),
  await cutOff('kill −9 while the model is changed', 'kill', { switched: true }),
  await cutOff('power cut while the model is changed', { shim: compileShim(root) }, { switched: true }),
  await flip(),
];
if (outcomes.some(({ violation }) => violation !== undefined)) process.exitCode = 1;
else await rm(root, { recursive: true });
