import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openOutput, progressBar, table } from '../../../src/cli/output.ts';

function openStreams(isTTY: boolean) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { streams: { stdout, stderr }, out: () => read(stdout), err: () => read(stderr) };
}

describe('output', () => {
  it('is text for people', () => {
    const { streams, out } = openStreams(false);
    openOutput(streams, false).result({ match: true }, 'The same person');
    expect(out()).toBe('The same person\n');
  });

  it('is one JSON value for programs, with notes and progress elsewhere', () => {
    const { streams, out, err } = openStreams(true);
    const output = openOutput(streams, true);
    output.note('starting');
    output.progress('1/2');
    output.result({ match: true }, 'The same person');
    expect(JSON.parse(out())).toEqual({ match: true });
    expect(err()).toContain('starting');
  });

  it('shows progress in a terminal only', () => {
    const { streams, err } = openStreams(false);
    openOutput(streams, false).progress('1/2');
    expect(err()).toBe('');
  });

  it('wipes progress away before a result', () => {
    const { streams, err } = openStreams(true);
    const output = openOutput(streams, false);
    output.progress('1/2');
    output.result({}, 'done');
    expect(err().endsWith('\u001b[K')).toBe(true);
  });

  it('lays out rows in columns', () => {
    expect(
      table([
        ['id', 'state'],
        ['long-name', 'good'],
        ['x', ''],
      ]),
    ).toBe('id         state\nlong-name  good\nx');
  });

  it('draws a bar that is empty, half and full', () => {
    expect(progressBar(0, 4)).toBe(`${'░'.repeat(30)} 0/4`);
    expect(progressBar(2, 4)).toBe(`${'█'.repeat(15)}${'░'.repeat(15)} 2/4`);
    expect(progressBar(4, 4)).toBe(`${'█'.repeat(30)} 4/4`);
  });
});
