import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Right } from '../../src/domain/credential.ts';
import type { TestApp } from '../harness/app.ts';
import { call, type Reply } from '../harness/http-client.ts';
import { clearAway, freshMaterial, type prepareFaces } from '../integration/authorisation/material.ts';
import type { Surface } from '../integration/authorisation/surface.ts';
import { type Change, mediaOf } from './changes.ts';
import { type Checks, type Document, openChecks } from './document.ts';
import { tellsOf } from './naming.ts';
import { type Asked, badChanges, goodChanges, type Mistake } from './requests.ts';

export type Fuzz = {
  readonly app: TestApp;
  readonly faces: Awaited<ReturnType<typeof prepareFaces>>;
  readonly surface: Surface;
  readonly requests: number;
  readonly seed: number;
};

export type FuzzReport = {
  readonly valid: number;
  readonly succeeded: number;
  readonly invalid: number;
  /** What must never be: a 500, an answer of another form than the document's, a mistake that is taken or told to nobody. */
  readonly faults: readonly string[];
};

/** An answer that takes longer is none. */
const longestMs = 5_000;

type Target = Asked & {
  /** `POST /face`, as the dialect's samples are named. */
  readonly name: string;
  readonly needs: Right;
  readonly method: string;
};

/** Sends requests that are made from the document of a dialect: half of them as it says, half with one mistake. */
export async function fuzzDialect(fuzz: Fuzz): Promise<FuzzReport> {
  const { app, faces, surface, requests, seed } = fuzz;
  const dialect = surface.open(app.services);
  const document = (await call(app.main.address, 'GET', `${dialect.prefix}/openapi.json`)).json as Document;
  const checks = openChecks(document);
  const targets = await targetsOf(fuzz, document);
  const report = { valid: 0, succeeded: 0, invalid: 0, faults: [] as string[] };
  for (const { target, change, mistake } of fc.sample(planOf(targets, checks), { seed, numRuns: requests })) {
    const { name, method } = target;
    const material = await freshMaterial(app.services, faces);
    const right = target.needs;
    const reach = right === 'admin' ? ('all' as const) : [material.mine.collection.id];
    const { show } = await surface.issue(app.services, { right, reach }, name);
    const sample = show(change.apply(surface.samples[name]!(material)));
    const reply = await send(app, `${dialect.prefix}${sample.path}`, { ...sample, method });
    await clearAway(material);
    if (mistake) report.invalid++;
    else if ((sample.status ?? 200) < 400) {
      report.valid++;
      if (reply && reply.status < 400) report.succeeded++;
    }
    const fault = faultOf(reply, { target, checks, surface, mistake });
    if (fault) report.faults.push(`${name} with ${change.what}: ${fault}`);
  }
  return report;
}

async function targetsOf({ app, faces, surface }: Fuzz, { paths }: Document): Promise<Target[]> {
  const { routes } = surface.open(app.services);
  const material = await freshMaterial(app.services, faces);
  const targets = routes.flatMap(({ needs, path, methods }) => {
    if (needs === 'nothing') return [];
    const pattern = path.replace(/[:*](\w+)/g, '{$1}');
    return methods.map((method) => {
      const name = `${method.toUpperCase()} ${path}`;
      const operation = paths[pattern]![method]!;
      return { name, needs, method, pattern, operation, media: mediaOf(surface.samples[name]!(material)) };
    });
  });
  await clearAway(material);
  return targets;
}

/** A request is good unless there is a mistake, which is the change then. */
type Plan = { readonly target: Target; readonly change: Change; readonly mistake?: Mistake };

function planOf(targets: readonly Target[], checks: Checks): fc.Arbitrary<Plan> {
  const plans = targets.map((target): fc.Arbitrary<Plan> => {
    const good = goodChanges(target).map((change) => ({ target, change }));
    const mistakes = badChanges(target, checks);
    if (mistakes.length === 0) return good;
    const bad = fc.constantFrom(...mistakes).map((mistake) => ({ target, change: mistake, mistake }));
    return fc.oneof(good, bad);
  });
  return fc.oneof(...plans);
}

async function send(
  { main }: TestApp,
  path: string,
  { method, ...ask }: Parameters<typeof call>[3] & { method: string },
): Promise<Reply | undefined> {
  const late = sleep(longestMs, undefined, { ref: false });
  return Promise.race([call(main.address, method.toUpperCase(), path, ask), late]);
}

type Meant = {
  readonly target: Target;
  readonly checks: Checks;
  readonly surface: Surface;
  readonly mistake: Mistake | undefined;
};

function faultOf(reply: Reply | undefined, { target, checks, surface, mistake }: Meant): string | undefined {
  if (!reply) return `no answer within ${longestMs} ms`;
  const { status, json, bytes } = reply;
  const said = `${status} ${bytes.toString().slice(0, 200)}`;
  if (status >= 500) return said;
  const isForgiven = mistake && surface.forgives?.(mistake.what, target.name) === true;
  const mistaken = mistake && !isForgiven && faultOfRefusal(reply, surface, mistake);
  if (mistaken) return `${mistaken}: ${said}`;
  const endpoint = { path: target.pattern, method: target.method };
  if (bytes.length === 0)
    return status < 400 && checks.hasBody(endpoint, status) ? `nothing: ${said}` : undefined;
  const wrong = checks.answer(endpoint, status, json);
  return wrong && `${wrong} in ${said}`;
}

/** What is wrong with the answer to a mistake, beside its form. */
function faultOfRefusal(reply: Reply, surface: Surface, { names }: Mistake): string | undefined {
  if (reply.status < 400 && !surface.refusesWell?.(reply)) return 'taken';
  if (reply.bytes.length === 0) return surface.isSilent ? undefined : 'without a word';
  return tellsOf(names, reply, surface) ? undefined : `tells nothing of ${names}`;
}
