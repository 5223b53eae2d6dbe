import { describe, expect, it } from 'vitest';
import { RequestDesk } from '../../../src/adapters/vision/request-desk.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { codeOf, errorOf } from '../../contract/vision.ts';

const down = () => new AppError('vision-down', 'Not yet');

function openDesk(options: { places: number; capacity?: number; maxBytes?: number }): RequestDesk {
  const desk = new RequestDesk({ capacity: options.capacity ?? 8, maxBytes: options.maxBytes ?? 1000 }, down);
  desk.open(options.places);
  return desk;
}

/** A request of that size whose work ends when told. */
function ask(desk: RequestDesk, bytes = 1, signal?: AbortSignal) {
  const work = Promise.withResolvers<string>();
  let started = false;
  const leaving: AbortSignal[] = [];
  const run = (left: AbortSignal) => {
    started = true;
    leaving.push(left);
    return work.promise;
  };
  const answer = desk.ask({ priority: 'interactive', bytes, signal, run });
  return {
    answer,
    end: work.resolve,
    fail: work.reject,
    hasStarted: () => started,
    hasLeft: () => leaving[0]?.aborted,
  };
}

describe('RequestDesk', () => {
  it('refuses everybody until it is opened', async () => {
    const desk = new RequestDesk({ capacity: 8, maxBytes: 1000 }, down);
    expect(await codeOf(ask(desk).answer)).toBe('vision-down');
    desk.open(1);
    const asked = ask(desk);
    asked.end('done');
    expect(await asked.answer).toBe('done');
  });

  it('works on as many at a time as it has places', async () => {
    const desk = openDesk({ places: 2 });
    const [one, two, three] = [ask(desk), ask(desk), ask(desk)];
    expect([one.hasStarted(), two.hasStarted(), three.hasStarted()]).toEqual([true, true, false]);
    expect(desk).toMatchObject({ queued: 1, running: 2 });
    one.end('done');
    await one.answer;
    await expect.poll(three.hasStarted).toBe(true);
  });

  it('passes on how the work failed, and gives its place to the next', async () => {
    const desk = openDesk({ places: 1 });
    const [one, two] = [ask(desk), ask(desk)];
    one.fail(new AppError('picture-unreadable', 'No picture'));
    two.end('done');
    expect(await codeOf(one.answer)).toBe('picture-unreadable');
    expect(await two.answer).toBe('done');
  });

  it('lets no more bytes wait than allowed, but one request of any size', async () => {
    const desk = openDesk({ places: 1, maxBytes: 1000 });
    const atWork = ask(desk, 5000);
    const leaving = new AbortController();
    const large = ask(desk, 5000, leaving.signal);
    expect(await codeOf(ask(desk, 1).answer)).toBe('overloaded');
    leaving.abort();
    expect(await codeOf(large.answer)).toBe('cancelled');
    const [half, otherHalf] = [ask(desk, 500), ask(desk, 500)];
    expect(await codeOf(ask(desk, 1).answer)).toBe('overloaded');
    for (const asked of [atWork, half, otherHalf]) asked.end('done');
    expect(await Promise.all([atWork.answer, half.answer, otherHalf.answer])).toEqual([
      'done',
      'done',
      'done',
    ]);
  });

  it('keeps the place of work whose caller has left until the work has ended', async () => {
    const desk = openDesk({ places: 1 });
    const leaving = new AbortController();
    const left = ask(desk, 1, leaving.signal);
    const next = ask(desk);
    leaving.abort();
    expect(await codeOf(left.answer)).toBe('cancelled');
    expect(left.hasLeft()).toBe(true);
    expect(next.hasStarted()).toBe(false);
    left.end('too late');
    await expect.poll(next.hasStarted).toBe(true);
  });

  it('refuses those at work and those who wait when it closes, and those who come later', async () => {
    const desk = openDesk({ places: 1 });
    const [atWork, waiting] = [ask(desk), ask(desk)];
    desk.close(down);
    expect(await Promise.all([atWork, waiting, ask(desk)].map(({ answer }) => codeOf(answer)))).toEqual(
      Array(3).fill('vision-down'),
    );
    expect(waiting.hasStarted()).toBe(false);
    expect(atWork.hasLeft()).toBe(true);
  });

  it('refuses those at work when it pauses, and keeps those who wait and come until it opens', async () => {
    const desk = openDesk({ places: 1 });
    const [atWork, waiting] = [ask(desk), ask(desk)];
    desk.pause(down);
    const coming = ask(desk);
    expect(await codeOf(atWork.answer)).toBe('vision-down');
    atWork.end('too late');
    expect([waiting, coming].map((one) => one.hasStarted())).toEqual([false, false]);
    desk.open(2);
    waiting.end('waited');
    coming.end('came');
    expect(await Promise.all([waiting.answer, coming.answer])).toEqual(['waited', 'came']);
  });

  it('says to come again after a whole second at least', async () => {
    const desk = openDesk({ places: 1, capacity: 1 });
    ask(desk);
    ask(desk);
    expect((await errorOf(ask(desk).answer)).details).toEqual({ retryAfterSeconds: 1, queued: 1 });
  });
});
