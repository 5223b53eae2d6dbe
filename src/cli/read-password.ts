import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Streams } from './output.ts';

/** From a terminal twice, without showing it; else the first line of what is piped in. Never from the command line, which others can read. */
export async function readPassword(streams: Streams, signal: AbortSignal): Promise<string> {
  if (!streams.stdin.isTTY) return firstLine(streams.stdin, signal);
  const password = await askUnseen(streams, 'Password: ', signal);
  if (password === (await askUnseen(streams, 'Again: ', signal))) return password;
  throw new CliError(exitCodes.usage, 'bad-input', 'The two are not the same');
}

/** From a terminal without showing it; else the first line of what is piped in. */
export async function readKey(streams: Streams, signal: AbortSignal): Promise<string> {
  return streams.stdin.isTTY ? askUnseen(streams, 'Key: ', signal) : firstLine(streams.stdin, signal);
}

async function askUnseen({ stdin, stderr }: Streams, prompt: string, signal: AbortSignal): Promise<string> {
  stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return await terminal.question('', { signal });
  } finally {
    terminal.close();
    stderr.write('\n');
  }
}

async function firstLine(stdin: Streams['stdin'], signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin });
  const given = once(lines, 'line', { signal }) as Promise<[string]>;
  const ended = once(lines, 'close', { signal }).then(() => ['']);
  const [line = ''] = await Promise.race([given, ended]);
  lines.close();
  return line;
}
