import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliError, toCliError } from '../../../src/cli/cli-error.ts';
import { exitCodes, isErrorCode } from '../../../src/cli/exit-codes.ts';
import { ConfigError } from '../../../src/config/load-settings.ts';
import { AppError, type ErrorCode } from '../../../src/domain/errors.ts';

describe('exit codes', () => {
  it.each<[ErrorCode, number]>([
    ['no-face', 1],
    ['picture-unreadable', 1],
    ['bad-input', 2],
    ['collection-unknown', 2],
    ['overloaded', 3],
    ['vision-down', 3],
    ['storage-full', 3],
    ['credential-unknown', 4],
    ['model-missing', 5],
    ['internal', 70],
    ['cancelled', 130],
  ])('end a command that failed with %s by %i', (code, exitCode) => {
    const error = toCliError(new AppError(code, 'told'));
    expect(error).toMatchObject({ exitCode, code, message: 'told' });
  });

  it('are 2 for a wrong configuration, whose mistakes are told', () => {
    const error = toCliError(new ConfigError([{ where: 'http.port', expected: 'a number' }]));
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('http.port: a number') });
  });

  it('are 70 for what nobody foresaw, whose stack is told', () => {
    expect(toCliError(new TypeError('x is undefined'))).toMatchObject({
      exitCode: 70,
      message: expect.stringMatching(/x is undefined[\s\S]*exit-codes\.test/),
    });
  });

  it('of an error that has one already stay', () => {
    const error = new CliError(exitCodes.refused, 'socket-refused', 'no');
    expect(toCliError(error)).toBe(error);
  });

  it('stand in the documentation, and no others', () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    const documented = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.values(exitCodes));
  });

  it('know the closed list of errors from words that only look like it', () => {
    expect(isErrorCode('no-face')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});
