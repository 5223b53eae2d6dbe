import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryAudit } from '../../../src/adapters/audit/memory/open-memory-audit.ts';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Audit } from '../../../src/domain/ports/audit.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { LogFields } from '../../../src/domain/ports/log.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { actAs } from '../../../src/services/actor.ts';
import { type AuditService, createAudit } from '../../../src/services/audit.ts';
import { auditGallery } from '../../../src/services/audited-gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const policy = { keepDays: 10, keepAtMost: 1_000 };
const cleared = { action: 'collection-cleared', outcome: 'done' } as const;
const local = { kind: 'local' } as const;

describe('the audit record', () => {
  it('names who acts, also across waits and beside others', async () => {
    const audit = createAudit({ audit: openMemoryAudit(), policy, log: silentLog });
    const client = { kind: 'client', dialect: 'enface' } as const;
    await Promise.all([
      actAs(local, async () => {
        await Promise.resolve();
        await audit.note({ ...cleared, details: { by: 'local' } });
      }),
      actAs(client, () => audit.note({ ...cleared, details: { by: 'client' } })),
      audit.note({ ...cleared, details: { by: 'service' } }),
    ]);
    const entries = await audit.list({ limit: 10 });
    expect(entries.map(({ actor, details }) => [details.by, actor])).toEqual(
      expect.arrayContaining([
        ['local', local],
        ['client', client],
        ['service', { kind: 'service' }],
      ]),
    );
  });

  it('tells in the log what it could not keep, and fails nobody', async () => {
    const lines: LogFields[] = [];
    const failing: Audit = {
      ...openMemoryAudit(),
      add: () => Promise.reject(new AppError('storage-full', 'No room')),
    };
    const log = { ...silentLog, error: (fields: LogFields) => lines.push(fields) };
    await createAudit({ audit: failing, policy, log }).note({ ...cleared, subjectIds: ['a'] });
    expect(lines).toMatchObject([{ action: 'collection-cleared', subjectIds: ['a'] }]);
  });

  it('loses what is older than the policy keeps', async () => {
    let now = 1_800_000_000_000;
    const nowMs = () => now;
    const audit = createAudit({ audit: openMemoryAudit({ nowMs }), policy, log: silentLog, nowMs });
    await audit.note(cleared);
    now += 10 * 86_400_000;
    await audit.note(cleared);
    expect(await audit.prune()).toEqual({ records: 0 });
    now += 1;
    expect(await audit.prune({ dryRun: true })).toMatchObject({ records: 1 });
    expect(await audit.prune()).toMatchObject({ records: 1 });
    expect((await audit.list({ limit: 10 })).map(({ number }) => number)).toEqual([2]);
  });
});

describe('a gallery on record', () => {
  let bare: Gallery;
  let gallery: Gallery;
  let audit: AuditService;
  let door: Uuid;
  const personOf = async (key: string) => (await bare.findMembership(door, key))!.personId;
  const told = async () =>
    (await audit.list({ limit: 100 })).map(({ number: _, atMs: __, actor: ___, ...entry }) => entry);

  beforeEach(async () => {
    bare = openMemoryGallery();
    audit = createAudit({ audit: openMemoryAudit(), policy, log: silentLog });
    gallery = auditGallery(bare, audit);
    door = (await gallery.createCollection('door', 'Door')).id;
    for (const key of ['Ann', 'Bea', 'Cleo', 'Dora']) await gallery.enrol(door, key, face([1, 0]));
  });

  it('does what the gallery does, and keeps silent about what can be undone', async () => {
    await gallery.renameMembership(door, 'Ann', 'Anna');
    await gallery.updatePerson(await personOf('Anna'), { status: 'suspended' });
    expect(await gallery.digest()).toBe(await bare.digest());
    expect(gallery.counts()).toEqual({ collections: 1, persons: 4, references: 4 });
    await expect(gallery.removeMembership(door, 'nobody')).rejects.toMatchObject({ code: 'person-unknown' });
    expect(await gallery.removeAllReferences(door, 'nobody')).toBe(0);
    expect(await told()).toEqual([]);
  });

  it('tells of each removal, merger and erasure whose it was, by id', async () => {
    const [ann, bea, cleo, dora] = await Promise.all(['Ann', 'Bea', 'Cleo', 'Dora'].map(personOf));
    await gallery.renameMembership(door, 'Ann', 'Bea');
    await gallery.removeMembership(door, 'Bea');
    await gallery.erase(cleo!);
    await gallery.removeAllReferences(door, 'Dora');
    const entry = { collectionId: door, outcome: 'done', details: {} };
    expect(await told()).toEqual([
      { ...entry, action: 'person-removed', subjectIds: [dora], details: { references: 1 } },
      { action: 'person-erased', outcome: 'done', subjectIds: [cleo], details: { references: 1 } },
      { ...entry, action: 'person-removed', subjectIds: [bea], details: { references: 2 } },
      { ...entry, action: 'persons-merged', subjectIds: [ann, bea] },
    ]);
    expect(JSON.stringify(await audit.list({ limit: 100 }))).not.toMatch(/Ann|Bea|Cleo|Dora/);
  });

  it('tells of somebody who leaves with her last reference, and of nobody who keeps another', async () => {
    const [ann, bea, cleo, dora] = await Promise.all(['Ann', 'Bea', 'Cleo', 'Dora'].map(personOf));
    const idsOf = async (key: string) =>
      (await bare.listReferences(door, { key, offset: 0, limit: 9 })).references.map(({ id }) => id);
    const second = await gallery.enrol(door, 'Ann', face([0, 1]));
    await gallery.removeReferences(door, [second.id]);
    expect(await told()).toEqual([]);
    await gallery.removeReferences(door, [...(await idsOf('Ann')), ...(await idsOf('Bea'))]);
    const [ofCleo, ofDora] = [(await idsOf('Cleo'))[0]!, (await idsOf('Dora'))[0]!];
    await gallery.changeReferences([
      { kind: 'describe', collectionId: door, referenceId: ofDora, text: 'x' },
    ]);
    const given = {
      kind: 'move',
      collectionId: door,
      referenceId: ofCleo,
      key: null,
      personId: dora!,
    } as const;
    await gallery.changeReferences([given]);
    const both = [ofCleo, ofDora].map((referenceId) => ({ collectionId: door, referenceId }));
    await gallery.changeReferences(both.map((place) => ({ kind: 'remove', ...place })));
    const entry = { collectionId: door, outcome: 'done', action: 'person-removed' };
    expect((await told()).reverse()).toEqual([
      { ...entry, subjectIds: [ann], details: { references: 1 } },
      { ...entry, subjectIds: [bea], details: { references: 1 } },
      { ...entry, subjectIds: [cleo], details: { references: 1 } },
      { ...entry, subjectIds: [dora], details: { references: 2 } },
    ]);
  });

  it('lets a merger be the one that is told of, or none', async () => {
    const meanwhile = withOwn<Gallery>(bare, {
      async renameMembership(...wish) {
        await bare.addPerson(door, 'Eve');
        return bare.renameMembership(...wish);
      },
    });
    await expect(auditGallery(meanwhile, audit).renameMembership(door, 'Ann', 'Eve')).rejects.toMatchObject({
      code: 'person-exists',
    });
    expect(await told()).toEqual([]);
  });

  it('tells that a collection was cleared', async () => {
    await gallery.removeAllReferences(door);
    await gallery.enrol(door, 'Ann', face([1, 0]));
    await gallery.clearCollection(door);
    const entry = { action: 'collection-cleared', outcome: 'done', collectionId: door, subjectIds: [] };
    expect(await told()).toEqual([
      { ...entry, details: { members: 1, references: 1 } },
      { ...entry, details: { references: 4 } },
    ]);
  });

  it('tells that a collection was removed', async () => {
    await gallery.removeCollection(door);
    const entry = { action: 'collection-removed', outcome: 'done', collectionId: door, subjectIds: [] };
    expect(await told()).toEqual([{ ...entry, details: { members: 4, references: 4 } }]);
  });
});
