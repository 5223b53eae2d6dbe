import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Right } from '../../src/domain/credential.ts';
import type { Dialect, Route } from '../../src/http/dialect.ts';
import type { TestApp } from '../harness/app.ts';
import { call, type Reply } from '../harness/http-client.ts';
import { clearAway, freshMaterial, type prepareFaces } from '../integration/authorisation/material.ts';
import type { Surface } from '../integration/authorisation/surface.ts';
import { type Checks, type Document, type Operation, openChecks } from './document.ts';
import { badChanges, type Change, goodChanges } from './requests.ts';

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

type Target = {
  readonly route: Route;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
};

/** Sends requests that are made from the document of a dialect: half of them as it says, half with one mistake. */
export async function fuzzDialect({ app, faces, surface, requests, seed }: Fuzz): Promise<FuzzReport> {
  const dialect = surface.open(app.services);
  const document = (await call(app.main.address, 'GET', `${dialect.prefix}/openapi.json`)).json as Document;
  const checks = openChecks(document);
  const targets = targetsOf(dialect, document);
  const report = { valid: 0, succeeded: 0, invalid: 0, faults: [] as string[] };
  for (const { target, change, isGood } of fc.sample(planOf(targets, checks), { seed, numRuns: requests })) {
    const name = `${target.method.toUpperCase()} ${target.route.path}`;
    const material = await freshMaterial(app.services, faces);
    const right = target.route.needs as Right;
    const reach = right === 'admin' ? ('all' as const) : [material.mine.collection.id];
    const { show } = await surface.issue(app.services, { right, reach }, name);
    const sample = show(change.apply(surface.samples[name]!(material)));
    const reply = await send(app, `${dialect.prefix}${sample.path}`, { ...sample, method: target.method });
    await clearAway(material);
    const tell = (fault: string) => report.faults.push(`${name} with ${change.what}: ${fault}`);
    if (!isGood) report.invalid++;
    else if ((sample.status ?? 200) < 400) {
      report.valid++;
      if (reply && reply.status < 400) report.succeeded++;
    }
    const isForgiven = reply !== undefined && surface.forgives?.(change.what, reply) === true;
    const meant = { target, isGood: isGood || isForgiven, checks };
    const fault = faultOf(reply, { ...meant, isSilent: dialect.name === 'compreface' });
    if (fault) tell(fault);
  }
  return report;
}

function targetsOf({ routes }: Pick<Dialect, 'routes'>, { paths }: Document): Target[] {
  const guarded = routes.filter(({ needs }) => needs !== 'nothing');
  return guarded.flatMap((route) => {
    const path = route.path.replace(/[:*](\w+)/g, '{$1}');
    return route.methods.map((method) => ({ route, method, path, operation: paths[path]![method]! }));
  });
}

type Plan = { readonly target: Target; readonly change: Change; readonly isGood: boolean };

function planOf(targets: readonly Target[], checks: Checks): fc.Arbitrary<Plan> {
  const plans = targets.map((target) => {
    const good = goodChanges(target.operation).map((change) => ({ target, change, isGood: true }));
    const mistakes = badChanges(target.operation, target.path, checks);
    if (mistakes.length === 0) return good;
    const bad = fc.constantFrom(...mistakes).map((change) => ({ target, change, isGood: false }));
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
  readonly isGood: boolean;
  readonly checks: Checks;
  /** Whether what cannot be read at all is refused without a word. */
  readonly isSilent: boolean;
};

function faultOf(reply: Reply | undefined, { target, isGood, checks, isSilent }: Meant): string | undefined {
  if (!reply) return `no answer within ${longestMs} ms`;
  const { status, json, bytes } = reply;
  if (status >= 500) return `${status} ${bytes.toString().slice(0, 200)}`;
  if (!isGood && status < 400) return `taken with ${status} ${bytes.toString().slice(0, 200)}`;
  if (!isGood && bytes.length === 0) return isSilent ? undefined : `${status} without a word`;
  if (bytes.length === 0) return undefined;
  const wrong = checks.answer(target, status, json);
  return wrong && `${status} ${wrong} in ${bytes.toString().slice(0, 200)}`;
}
