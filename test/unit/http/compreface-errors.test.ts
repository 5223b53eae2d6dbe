import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/domain/errors.ts';
import { errors } from '../../../src/http/dialects/compreface/errors.ts';

const about = { subject: 'Ann', image: 'i', service: 'Recognition', key: 'k' };

function answerTo(code: ErrorCode, details: Record<string, string | number> = {}) {
  return errors.table[code](new AppError(code, 'of ours', { details }), about);
}

describe('the errors of CompreFace', () => {
  it('have for every code of ours a status of its kind, and a body of message and code or none', () => {
    for (const code of Object.keys(errors.table) as ErrorCode[]) {
      const { status, body } = answerTo(code);
      expect(status, code).toBeGreaterThanOrEqual(400);
      if (body !== undefined) {
        expect(body, code).toEqual({ message: expect.stringMatching(/\w/), code: expect.any(Number) });
      }
    }
  });

  it.each(['overloaded', 'vision-down'] as const)('ask to come back later: %s', (code) => {
    expect(answerTo(code)).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  });

  it('say how long to wait after too many wrong keys', () => {
    expect(answerTo('too-many-attempts', { retryAfterSeconds: 7 })).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '7' },
    });
  });

  it('tell a body that is too long from a picture that has too many pixels', () => {
    expect(answerTo('too-large', { maxBytes: 5 })).toMatchObject({ status: 400, body: { code: 0 } });
    expect(answerTo('too-large', { maxPixels: 5 })).toMatchObject({ status: 400, body: { code: 28 } });
  });

  it('tell a face that a policy refuses as a picture that does not do, with the bound that it missed', () => {
    for (const code of ['face-too-small', 'quality-too-low', 'pose-too-far'] as const) {
      expect(answerTo(code)).toEqual({ status: 400, body: { message: 'of ours', code: 28 } });
    }
    expect(answerTo('references-full')).toEqual({ status: 400, body: { message: 'of ours', code: 26 } });
  });

  it('do not tell whose face it is that is enrolled already', () => {
    const { status, body } = answerTo('face-duplicate', { personId: 'secret' });
    expect(status).toBe(400);
    expect(body).toEqual({ code: 43, message: 'The face is saved under another subject already' });
  });

  it('never tell what went wrong inside', () => {
    for (const code of ['internal', 'storage-failed', 'record-corrupt'] as const) {
      expect(answerTo(code)).toEqual({
        status: 500,
        body: { message: 'Something went wrong, please try again', code: 0 },
      });
    }
  });
});
