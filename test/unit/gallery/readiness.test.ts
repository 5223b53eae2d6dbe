import { expect, test } from 'vitest';
import { Readiness } from '../../../src/adapters/gallery/lmdb/finder/readiness.ts';
import { AppError } from '../../../src/domain/errors.ts';

test('who asks for collections waits until the last of them is loaded', async () => {
  const readiness = new Readiness(60_000);
  for (const id of ['door', 'gate', 'yard']) readiness.expect(id);
  const told: string[] = [];
  const wait = async (name: string, ids: string[]) => {
    await readiness.collections(ids);
    told.push(name);
  };
  const all = [wait('both', ['door', 'gate']), wait('gate', ['gate']), wait('another', ['hall'])];
  readiness.loaded(['gate']);
  await all[1];
  expect(told).toEqual(['another', 'gate']);
  expect(readiness.waiting).toEqual(['door', 'yard']);
  readiness.loaded(['door']);
  await Promise.all(all);
  expect(told).toEqual(['another', 'gate', 'both']);
});

test('who waits for long is told to come again', async () => {
  const readiness = new Readiness(1);
  readiness.expect('door');
  await expect(readiness.collections(['door'])).rejects.toMatchObject({
    code: 'starting',
    details: { retryAfterSeconds: 2 },
  });
});

test('counting waits until it is known of everybody whether she may be found', async () => {
  const readiness = new Readiness(60_000);
  let isTold = false;
  const waiting = readiness.persons(['door']).then(() => {
    isTold = true;
  });
  await readiness.collections(['door']);
  expect(isTold).toBe(false);
  readiness.personsKnown();
  await waiting;
});

test('when loading has failed, who waits is told why', async () => {
  const readiness = new Readiness(60_000);
  readiness.expect('door');
  const waiting = readiness.collections(['door']);
  readiness.fail(new AppError('storage-failed', 'The store could not be read'));
  await expect(waiting).rejects.toMatchObject({ code: 'storage-failed' });
  await expect(readiness.collections(['door'])).rejects.toMatchObject({ code: 'storage-failed' });
});
