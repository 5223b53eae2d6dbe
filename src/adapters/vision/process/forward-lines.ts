import type { Readable } from 'node:stream';

const longestLine = 4096;

/** Passes on each line of the stream, a longer one in pieces of bounded length. Empty lines are left out. */
export function forwardLines(stream: Readable, write: (line: string) => void): void {
  let rest = '';
  const pass = (line: string) => {
    if (line.trim() !== '') write(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) pass(line);
    while (rest.length > longestLine) {
      pass(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
  });
  stream.on('end', () => pass(rest));
}
