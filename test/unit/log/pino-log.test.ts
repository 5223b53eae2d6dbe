import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type LogOptions, openPinoLog } from '../../../src/adapters/log/pino/pino-log.ts';

function openTestLog(options: Partial<LogOptions> = {}) {
  const destination = new PassThrough();
  const log = openPinoLog({ level: 'info', format: 'json', destination, ...options });
  return { log, read: () => String(destination.read() ?? '') };
}

describe('the log', () => {
  it('writes one JSON object a line with level, time and message', () => {
    const { log, read } = openTestLog();
    log.info({ port: 8080 }, 'Listening');
    expect(JSON.parse(read())).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      port: 8080,
      msg: 'Listening',
    });
  });

  it.each([
    'key',
    'name',
    'secret',
    'apiKey',
    'authorization',
    'template',
    'vector',
    'picture',
    'crop',
    'jpeg',
  ])('cuts %s out, also one level down', (field) => {
    const { log, read } = openTestLog();
    log.warn({ [field]: 'hush', face: { [field]: 'hush', score: 1 } }, 'seen');
    const line = read();
    expect(line).not.toContain('hush');
    expect(JSON.parse(line)).toMatchObject({ face: { score: 1 }, msg: 'seen' });
  });

  it('cuts them out of the lines of a child as well', () => {
    const { log, read } = openTestLog();
    log.child({ id: 'r1' }).error({ key: 'hush' }, 'failed');
    expect(JSON.parse(read())).toEqual({ level: 'error', time: expect.any(String), id: 'r1', msg: 'failed' });
  });

  it('tells an error with its whole chain of causes', () => {
    const { log, read } = openTestLog();
    log.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(JSON.parse(read())).toMatchObject({ error: { message: 'outer', cause: { message: 'inner' } } });
  });

  it('leaves out what is less grave than its level', () => {
    const { log, read } = openTestLog({ level: 'warn' });
    log.info({}, 'quiet');
    log.warn({}, 'loud');
    expect(read().trim().split('\n')).toHaveLength(1);
  });

  it('is a line of text for people when asked', () => {
    const { log, read } = openTestLog({ format: 'text' });
    log.info({ port: 8080 }, 'Listening');
    expect(read()).toMatch(/^\[[\d:.]+\] INFO: Listening {"port":8080}\n$/);
  });
});
