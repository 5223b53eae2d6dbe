import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryAudit } from '../../../src/adapters/audit/memory/open-memory-audit.ts';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import type { NewCredential } from '../../../src/domain/ports/credentials.ts';
import { type Access, createAccess } from '../../../src/services/access.ts';
import { AccessRecord } from '../../../src/services/access-record.ts';
import { actAs } from '../../../src/services/actor.ts';
import { type AuditService, createAudit } from '../../../src/services/audit.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

let now: number;
let audit: AuditService;
let record: AccessRecord;
let access: Access;

beforeEach(() => {
  now = 1_800_000_000_000;
  const nowMs = () => now;
  const policy = { keepDays: 1, keepAtMost: 1_000_000 };
  audit = createAudit({ audit: openMemoryAudit({ nowMs }), policy, log: silentLog });
  record = new AccessRecord({ audit, nowMs });
  access = createAccess({
    credentials: openMemoryCredentials(),
    now: nowMs,
    note: (event) => record.note(event),
  });
});

const told = async () =>
  (await audit.list({ limit: 10_000 }))
    .map(({ actor, action, outcome, subjectIds, details }) => ({
      ...{ actor, action, outcome, subjectIds, details },
    }))
    .reverse();
const refuse = (client: string) =>
  expect(access.admit({ secret: 'wrong', dialect: 'findface', client })).rejects.toBeDefined();

describe('the record of access', () => {
  it('tells who was given a credential and whose was revoked, never a secret', async () => {
    const wish: NewCredential = {
      dialect: 'findface',
      name: 'front door',
      services: ['recognition'],
      right: 'read',
      reach: 'all',
    };
    const { credential, secret } = await actAs({ kind: 'local' }, () => access.create(wish));
    await access.revoke(credential.id);
    await access.revoke(credential.id);
    const entry = { outcome: 'done', subjectIds: [credential.id] };
    const details = { dialect: 'findface' };
    expect(await told()).toEqual([
      { ...entry, actor: { kind: 'local' }, action: 'credential-created', details },
      { ...entry, actor: { kind: 'service' }, action: 'credential-revoked', details: {} },
    ]);
    expect(JSON.stringify(await told())).not.toContain(secret);
    expect(JSON.stringify(await told())).not.toContain('front door');
  });

  it('tells at once that a client was refused, then only now and then how often', async () => {
    const attemptsOf = async () => (await told()).map(({ details }) => details.attempts);
    await refuse('10.0.0.7');
    expect(await told()).toEqual([
      {
        ...{ action: 'credential-refused', outcome: 'credential-unknown', subjectIds: [] },
        actor: { kind: 'client', dialect: 'findface' },
        details: { attempts: 1, client: '10.0.0.7' },
      },
    ]);
    for (let minute = 0; minute < 24 * 60; minute++) {
      await refuse('10.0.0.7');
      now += 60_000;
      await record.tell('due');
    }
    const attempts = await attemptsOf();
    expect(attempts.slice(0, 4)).toEqual([1, 1, 2, 4]);
    expect(attempts.length).toBeLessThan(35);
    await refuse('10.0.0.7');
    await record[Symbol.asyncDispose]();
    expect((await attemptsOf()).reduce((sum, each) => Number(sum) + Number(each), 0)).toBe(24 * 60 + 2);
  });

  it('tells clients apart, and forgets one that was quiet', async () => {
    await refuse('10.0.0.7');
    await refuse('10.0.0.8');
    expect(await told()).toHaveLength(2);
    now += 60_000;
    await record.tell('due');
    await refuse('10.0.0.7');
    expect(await told()).toHaveLength(3);
  });

  it('is filled by no more than a thousand clients at once', async () => {
    for (let client = 0; client < 1_010; client++) {
      record.note({ kind: 'refused', dialect: 'enface', client: `client ${client}` });
    }
    await Promise.resolve();
    expect(await told()).toHaveLength(1_000);
  });

  it('names the credential that asked for more than it may', async () => {
    const { credential } = await access.create({
      dialect: 'ostiary',
      name: '',
      services: [],
      right: 'read',
      reach: [],
    });
    expect(() => access.requireRight(credential, 'admin')).toThrow();
    expect((await told()).at(-1)).toMatchObject({
      actor: { kind: 'credential', dialect: 'ostiary', credentialId: credential.id },
      outcome: 'forbidden',
    });
  });
});
