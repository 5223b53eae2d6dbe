import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Streams } from '../../../src/cli/output.ts';
import { readPassword } from '../../../src/cli/read-password.ts';

const never = new AbortController().signal;

/** A terminal at which each of these is typed when it asks. */
function openTerminal(answers: string[]) {
  const typed = new PassThrough();
  const shown = new PassThrough();
  const left = [...answers];
  shown.on('data', (chunk) => {
    if (/: $/.test(String(chunk))) setImmediate(() => typed.write(`${left.shift()}\r`));
  });
  const stdin = Object.assign(typed, { isTTY: true }) as unknown as Streams['stdin'];
  return { streams: { stdin, stdout: new PassThrough(), stderr: shown }, shown };
}

describe('a password', () => {
  it('is the first line of what is piped in', async () => {
    const stdin = new PassThrough() as unknown as Streams['stdin'];
    (stdin as unknown as PassThrough).end('pa$$ word\nsomething else\n');
    const streams = { stdin, stdout: new PassThrough(), stderr: new PassThrough() };
    expect(await readPassword(streams, never)).toBe('pa$$ word');
  });

  it('is nothing when nothing is piped in', async () => {
    const stdin = new PassThrough() as unknown as Streams['stdin'];
    (stdin as unknown as PassThrough).end();
    expect(await readPassword({ stdin, stdout: new PassThrough(), stderr: new PassThrough() }, never)).toBe(
      '',
    );
  });

  it('is typed twice at a terminal, and not shown', async () => {
    const { streams, shown } = openTerminal(['pa$$word', 'pa$$word']);
    const all = text(shown);
    expect(await readPassword(streams, never)).toBe('pa$$word');
    shown.end();
    expect(await all).toBe('Password: \nAgain: \n');
  });

  it('is refused when the two are not the same', async () => {
    const { streams } = openTerminal(['pa$$word', 'pa$$wore']);
    await expect(readPassword(streams, never)).rejects.toMatchObject({ code: 'bad-input' });
  });
});
