import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAdmin } from '../../../src/domain/credential.ts';
import { answer, defaultId, type EnfaceApp, iso, nothing, startEnface, uuid1 } from './enface-app.ts';

// Numbers in brackets are lines of Enface's documentation, R is what was recovered, "ours" is what neither tells.

let enface: EnfaceApp;
let own: string;
beforeAll(async () => {
  enface = await startEnface();
  const { accounts, collections } = enface.app.services;
  const { id } = await collections.get(localAdmin, 'default');
  await accounts.create({
    ...{ login: 'user@example.com', password: 'pa$$word', right: 'write', reach: [id], name: '' },
  });
});
afterAll(() => enface[Symbol.asyncDispose]());
beforeEach(async () => {
  own = await enface.fresh();
});

const post = (path: string, json: object, token?: string) =>
  enface.ask('POST', path, { json, ...(token !== undefined && { token }) });
const error = (message: string, status = 200) => ({ status, json: { status: 'error', message } });
const login = (json: object) => post('/user/login', json, '');
type Token = { id: string; expires: string };
const newToken = async (json: object = {}) =>
  ((await post('/token/create', json)).json as { token: Token }).token;
const inDays = (expires: string) => (Date.parse(expires) - Date.now()) / 86_400_000;

describe('a user', () => {
  const user = { email: 'user@example.com', password: 'pa$$word' };

  it('logs in (11–73)', async () => {
    expect(answer(await login({ ...user, valid_days: 1 }))).toEqual({
      status: 200,
      json: { status: 'ok', token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
    });
  });

  it('shows the session in the header, in a body, or in a form (128, R)', async () => {
    const { token } = (await login(user)).json as { token: string };
    const told = { status: 200, json: [{ list_id: defaultId }] };
    expect(answer(await enface.ask('GET', '/person/lists', { token }))).toMatchObject(told);
    expect(answer(await post('/person/lists', { token }, ''))).toMatchObject(told);
    expect((await enface.send('/detect', [], { token }, '')).json).toMatchObject({
      message: 'no image attached',
    });
  });

  it.each([
    ['a wrong password', { ...user, password: 'pa$$worm' }],
    ['a name that nobody has', { ...user, email: 'nobody@example.com' }],
  ])('is refused with %s: 403 (42–44, R)', async (_, wrong) => {
    expect(answer(await login(wrong))).toEqual(error('access denied', 403));
  });

  it.each([
    ['no password', { email: user.email }],
    ['a password of 5 letters', { ...user, password: '12345' }],
    ['what is no address', { ...user, email: 'user' }],
    ['no whole day', { ...user, valid_days: 0 }],
  ])('is refused with %s: 400 (14–40, R)', async (_, wrong) => {
    expect(answer(await login(wrong))).toEqual(error('invalid schema', 400));
  });
});

describe('a permanent token', () => {
  it('is made for so many days, for one day when nothing is said (110–173, R)', async () => {
    for (const [json, days] of [
      [{ valid_days: 3 }, 3],
      [{}, 1],
      [{ valid_days: '2' }, 2],
    ] as const) {
      const reply = await post('/token/create', json);
      expect(answer(reply)).toEqual({
        status: 201,
        json: { status: 'ok', message: 'new token created', token: { id: uuid1, expires: iso } },
      });
      expect(inDays((reply.json as { token: Token }).token.expires)).toBeCloseTo(days, 2);
    }
    expect((await enface.ask('POST', '/token/create')).status).toBe(201);
  });

  it('is made until a time, or for ever (115–117, 158, R)', async () => {
    expect(await newToken({ expires: 'never' })).toEqual({ id: uuid1, expires: 'never' });
    const expires = '2031-02-03T04:05:06.000Z';
    expect(await newToken({ expires })).toEqual({ id: uuid1, expires });
  });

  it('opens what its maker reaches, until it ends', async () => {
    const { id } = await newToken();
    expect((await enface.ask('GET', '/person/lists', { token: id })).status).toBe(200);
    const { id: ended } = await newToken({ expires: '2020-01-01T00:00:00Z' });
    expect(answer(await enface.ask('GET', '/person/lists', { token: ended }))).toEqual(
      error('unauthorized', 401),
    );
  });

  it('is listed: in an object by GET, bare by POST (79–108, R)', async () => {
    const token = await newToken();
    const all = [{ id: own, expires: 'never' }, token];
    expect(answer(await enface.ask('GET', '/tokens'))).toEqual({ status: 200, json: { tokens: all } });
    expect(answer(await enface.ask('POST', '/tokens'))).toEqual({ status: 200, json: all });
  });

  it('gets another end (R)', async () => {
    const { id: token_id } = await newToken();
    const update = (json: object) => enface.ask('PUT', '/token/update', { json });
    expect(answer(await update({ token_id, expires: 'never' }))).toEqual({
      status: 200,
      json: { status: 'ok', message: 'token updated' },
    });
    const { tokens } = (await enface.ask('GET', '/tokens')).json as { tokens: Token[] };
    expect(tokens).toContainEqual({ id: token_id, expires: 'never' });
    expect((await update({ token_id, valid_days: 2 })).status).toBe(200);
    expect(answer(await update({ token_id }))).toEqual(error('nothing to change', 400));
    expect(answer(await update({ token_id: 'x', valid_days: 2 }))).toEqual(error('invalid schema', 400));
    expect(answer(await update({ token_id: nothing, valid_days: 2 }))).toEqual(
      error('token with this id does not found'),
    );
  });

  it('is deleted (R)', async () => {
    const { id: token_id } = await newToken();
    const remove = () => enface.ask('DELETE', '/token/delete', { json: { token_id } });
    expect(answer(await remove())).toEqual({ status: 200, json: { status: 'ok', message: 'token deleted' } });
    expect(answer(await remove())).toEqual(error('token with this id does not found'));
    expect((await enface.ask('GET', '/tokens', { token: token_id })).status).toBe(401);
  });
});

describe('whoever asks', () => {
  const lists = (headers: Record<string, string>, body?: string) =>
    enface.ask('POST', '/person/lists', { token: '', headers, ...(body !== undefined && { body }) });

  it('is not known without a token, or with a wrong one: 401 (R)', async () => {
    for (const token of ['', nothing, 'x', 'a.b.c']) {
      expect(answer(await enface.ask('GET', '/person/lists', { token }))).toEqual(error('unauthorized', 401));
      expect(answer(await post('/person/lists', { token }, ''))).toEqual(error('unauthorized', 401));
    }
  });

  it('may send JSON without saying so, or a form, and says more than we know (R, over all five: 3)', async () => {
    const json = JSON.stringify({ token: own, api_endpoint: 'x', list_id: null });
    expect((await lists({ 'Content-Type': 'text/plain' }, json)).status).toBe(200);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await lists(form, `token=${own}`)).status).toBe(200);
    expect((await enface.ask('POST', '/person/lists/')).status).toBe(200);
  });

  it('hears what is wrong with what she sends in the form of all errors (ours)', async () => {
    const headers = { token: own };
    const json = { ...headers, 'Content-Type': 'application/json' };
    expect(answer(await lists(json, '{'))).toEqual({ status: 200, json: [expect.anything()] });
    for (const body of ['{', '[]', '7']) {
      const reply = await enface.ask('POST', '/person', { headers: json, body });
      expect(answer(reply)).toEqual(error('invalid schema', 400));
    }
    const xml = await enface.ask('POST', '/person', {
      headers: { 'Content-Type': 'text/xml' },
      body: '<x/>',
    });
    expect(answer(xml)).toEqual(error('unsupported media type', 415));
    const long = await post('/person/list/create', { name: 'x'.repeat(300_000) });
    expect(answer(long)).toEqual(error('The body is larger than allowed', 413));
    expect(answer(await enface.ask('GET', '/nothing'))).toEqual(error('not found', 404));
    expect(answer(await enface.ask('PUT', '/detect'))).toEqual(error('method PUT is not supported', 405));
  });

  it('may only read where that is all that the token allows: 403 (ours)', async () => {
    await enface.fresh('read');
    expect(answer(await post('/person/list/create', { name: 'x' }))).toEqual(error('access denied', 403));
  });
});

describe('what is kept beside a person', () => {
  it('is bounded (568–570; the bound is ours)', async () => {
    const limits = 'fields are limited to 1000 strings and 60000 bytes together';
    for (const fields of [Array.from({ length: 1_001 }, (_, at) => `${at}`), ['x'.repeat(60_000)]]) {
      const reply = await post('/person/update', { person_id: nothing, fields });
      expect(answer(reply)).toEqual(error(limits, 400));
    }
  });
});
