import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/domain/errors.ts';
import { errors } from '../../../src/http/dialects/face-search/errors.ts';

// R is what was recovered from the vendor's pages; the rest is ours where no line is named.

const answer = (code: ErrorCode, details = {}) =>
  errors.table[code](new AppError(code, 'What was expected', { details }), {});

describe('the error table of Face Search', () => {
  it('answers everything in the documented form', () => {
    for (const code of Object.keys(errors.table) as ErrorCode[]) {
      const { status, body } = answer(code);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).toMatchObject({
        code: expect.stringMatching(/^ERR_[A-Z0-9_]+$/),
        message: expect.any(String),
      });
    }
  });

  it.each(['storage-full', 'storage-failed', 'record-corrupt'] as const)('tells %s as R has it', (code) => {
    expect(answer(code)).toEqual({
      status: 503,
      body: {
        code: 'ERR_DATABASE_ERROR',
        message: 'An error occurred while connecting with the database, please retry your request later.',
      },
    });
  });

  it.each([
    ['overloaded', 503, 'ERR_SERVER_BUSY'],
    ['starting', 503, 'ERR_SERVER_BUSY'],
    ['vision-down', 503, 'ERR_SERVER_BUSY'],
    ['too-many-attempts', 429, 'ERR_TOO_MANY_REQUESTS'],
  ] as const)('says when to come back after %s', (code, status, told) => {
    expect(answer(code, { retryAfterSeconds: 7 })).toMatchObject({
      ...{ status, body: { code: told }, headers: { 'Retry-After': '7' } },
    });
  });

  it('keeps what a library said of a defect to itself', () => {
    expect(answer('internal').body).toEqual({ code: 'ERR_INTERNAL', message: 'Something went wrong.' });
  });
});
