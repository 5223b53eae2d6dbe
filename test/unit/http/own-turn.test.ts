import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ownTurn } from '../../../src/http/body/own-turn.ts';

test('work of many requests runs in as many turns of the event loop', async () => {
  let turn = 0;
  const turns: number[] = [];
  const works = Promise.all([1, 2, 3, 4].map(() => ownTurn().then(() => turns.push(turn))));
  while (turns.length < 4) {
    await nextTurn();
    turn++;
  }
  await works;
  expect(new Set(turns).size).toBe(4);
});
