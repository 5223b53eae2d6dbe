import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost, type Benchmark, figure } from '../framework/benchmark.ts';
import { inTurn, median, medianRatio, percentile } from '../framework/rounds.ts';
import { bareStore, type Contestant, openGallery, ourStore, readyFaces, recordEnrolments } from './stores.ts';

const together = 64;

type Plan = {
  readonly rounds: number;
  /** Enrolments a round, one after the other, and so many at once. */
  readonly single: number;
  readonly many: number;
  readonly galleryRows: number;
  readonly searchMs: number;
};

const full: Plan = { rounds: 9, single: 100, many: 20 * together, galleryRows: 100_000, searchMs: 10_000 };
const small: Plan = { rounds: 5, single: 40, many: 6 * together, galleryRows: 10_000, searchMs: 3000 };

/**
 * Durable enrolments of ready templates: our store against bare lmdb that writes the same records in the same batches,
 * and searches while others enrol.
 */
export const enrol: Benchmark = async ({ quick, say }) => {
  const plan = quick ? small : full;
  const { rounds, single, many } = plan;
  const faces = readyFaces((rounds + 1) * (single + many) + many, 1);
  say('recording what an enrolment writes');
  const enrolments = await recordEnrolments(faces);
  await using running = new AsyncDisposableStack();
  const ours = running.use(await ourStore(faces));
  const bare = running.use(await bareStore(enrolments));
  say('measuring writes');
  const warm = async (store: Contestant) =>
    (await store.enrol(single, 1)) + (await store.enrol(many, together));
  await warm(ours);
  await warm(bare);
  const before = ours.commits();
  await ours.enrol(many, together);
  // Our store deals what comes at once into several commits, so that none holds the event loop for long.
  const batch = Math.round(many / (ours.commits() - before));
  const rate = (store: Contestant, count: number, atOnce: number) => async () =>
    (1000 * count) / (await store.enrol(count, atOnce));
  const rates = await inTurn(
    {
      oursSingle: rate(ours, single, 1),
      bareSingle: rate(bare, single, 1),
      oursMany: rate(ours, many, together),
      bareMany: rate(bare, many, batch),
    },
    rounds,
  );
  const bareTogether = await rate(bare, many, together)();
  say('measuring searches');
  const searches = await searchWhileEnrolling(plan);
  const bytes = enrolments[0]!.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
  return {
    scale: { ...plan, together, recordsAnEnrolment: enrolments[0]!.length, bytesAnEnrolment: bytes, quick },
    figures: [
      figure('ours, one after the other', median(rates.oursSingle), 'enrolments a second'),
      figure('bare lmdb, one after the other', median(rates.bareSingle), 'enrolments a second'),
      figure(`ours, ${together} at once`, median(rates.oursMany), 'enrolments a second'),
      figure('ours, enrolments a commit', batch, ''),
      figure(`bare lmdb, ${batch} a commit`, median(rates.bareMany), 'enrolments a second'),
      figure(`bare lmdb, ${together} a commit`, bareTogether, 'enrolments a second'),
      figure('searches alone, p99', percentile(searches.idle, 99), 'ms'),
      figure('searches while others enrol, p99', percentile(searches.busy, 99), 'ms'),
      figure('enrolments meanwhile', searches.enrolledASecond, 'a second'),
    ],
    targets: [
      atLeast(
        'one after the other, share of bare lmdb',
        medianRatio(rates.oursSingle, rates.bareSingle),
        0.5,
      ),
      atLeast(`${together} at once, share of bare lmdb`, medianRatio(rates.oursMany, rates.bareMany), 0.5),
      atMost(
        'p99 of searches while others enrol, times that of searches alone',
        percentile(searches.busy, 99) / percentile(searches.idle, 99),
        3,
      ),
    ],
  };
};

/** One search after the other, in a gallery where nobody and where somebody enrols without pause. */
async function searchWhileEnrolling({
  galleryRows,
  searchMs,
}: Plan): Promise<{ idle: number[]; busy: number[]; enrolledASecond: number }> {
  await using opened = await openGallery();
  const { gallery, collectionId } = opened;
  const enrolMany = async (count: number, seed: number) => {
    for (let done = 0; done < count; done += together) {
      const some = readyFaces(together, seed + done).map(({ crop: _, ...one }) => one);
      await Promise.all(some.map((one, at) => gallery.enrol(collectionId, `${seed} ${done + at}`, one)));
    }
  };
  await enrolMany(galleryRows, 1000);
  const probes = readyFaces(50, 5).map(({ template }) => template.vector);
  const search = async (forMs: number) => {
    const times: number[] = [];
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      const start = performance.now();
      const wish = { collectionIds: [collectionId], modelId: 'model-a', limit: 1, minScore: 0.5 };
      await gallery.search({ ...wish, probes: [probes[times.length % 50]!], distinctPersons: true });
      times.push(performance.now() - start);
    }
    return times;
  };
  await search(searchMs / 3);
  const idle = await search(searchMs);
  const newcomers = readyFaces(40 * together, 7);
  let enrolled = 0;
  let isOver = false;
  const enrolling = (async () => {
    while (!isOver) {
      const some = Array.from(
        { length: together },
        (_, at) => newcomers[(enrolled + at) % newcomers.length]!,
      );
      const first = enrolled;
      await Promise.all(some.map((one, at) => gallery.enrol(collectionId, `late ${first + at}`, one)));
      enrolled += together;
      await delay(0);
    }
  })();
  const start = performance.now();
  const busy = await search(searchMs);
  const seconds = (performance.now() - start) / 1000;
  isOver = true;
  await enrolling;
  return { idle, busy, enrolledASecond: enrolled / seconds };
}
