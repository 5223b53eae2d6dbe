import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import { Pace } from '../../../../primitives/pace.ts';
import type { ArenaSearch, Candidates } from './arena.ts';
import { type FindRow, ProbeSearch, type ReadTemplate } from './probe-search.ts';
import type { Hit, IdentityOf } from './top-hits.ts';

/** A search holds the event loop no longer than this at a time. */
const sliceMs = 2;

/** What the store knows of references, by their numbers. */
export type StoreOfNames<Named> = {
  /** `undefined` when it is no answer any more. */
  readonly name: (number: number) => Named | undefined;
  /** The number that siblings share. */
  readonly faceOf: (number: number) => number;
};
/** A hit whose reference was looked up in the store. */
export type NamedHit<Named> = Named & { readonly score: number };

export type ArenaParts<Named> = StoreOfNames<Named> & {
  readonly search: (wish: Omit<ArenaSearch, 'collections'>) => Promise<Candidates[]>;
  /** The facts of a row as long as it may be an answer. */
  readonly find: FindRow;
  readonly readTemplate: ReadTemplate;
};

/** A probe's search with what it has found so far. */
type Progress<Named> = {
  readonly search: ProbeSearch;
  hits: readonly Hit[];
  readonly names: Map<number, Named>;
};

/** The best hits of each probe: candidates from the index, scored by their stored templates, named by the store. */
export async function searchArena<Named>(
  request: SearchRequest,
  parts: ArenaParts<Named>,
): Promise<NamedHit<Named>[][]> {
  const pace = new Pace(sliceMs);
  const identity = identityOf(request, parts);
  const all = request.probes.map((probe): Progress<Named> => {
    return { search: new ProbeSearch({ ...request, identity, probe }), hits: [], names: new Map() };
  });
  for (let open = all; open.length > 0; ) {
    await settleAll(open, request.minScore, { ...parts, pace });
    for (const progress of open) await nameHits(progress, parts.name, pace);
    // From here to the answer no turn passes: who is hidden before it does not come out.
    open = all.filter((progress) => !isStill(progress, parts.find));
  }
  return all.map(({ hits, names }) => hits.map(({ number, score }) => ({ ...names.get(number)!, score })));
}

function identityOf(
  { distinctPersons, distinctFaces }: SearchRequest,
  { faceOf }: Pick<StoreOfNames<unknown>, 'faceOf'>,
): IdentityOf {
  if (distinctPersons) return ({ person }) => person;
  return distinctFaces ? ({ number }) => faceOf(number) : ({ number }) => number;
}

async function settleAll<Named>(
  all: readonly Progress<Named>[],
  minScore: number,
  parts: ArenaParts<Named> & { readonly pace: Pace },
): Promise<void> {
  const settled = async (progress: Progress<Named>) => {
    const hits = await scoreUntilSettled(progress.search, parts);
    progress.hits = hits ?? [];
    return hits !== undefined;
  };
  const unsettled = async (some: readonly Progress<Named>[]) => {
    const left: Progress<Named>[] = [];
    for (const progress of some) if (!(await settled(progress))) left.push(progress);
    return left;
  };
  for (let open = await unsettled(all); open.length > 0; open = await unsettled(open)) {
    const limit = Math.max(...open.map(({ search }) => search.wanted));
    const found = await parts.search({ probes: open.map(({ search }) => search.probe), limit, minScore });
    for (const [at, { search }] of open.entries()) search.meet(found[at]!, limit);
  }
}

/** `undefined` when all candidates are scored and others could still be among the best. */
async function scoreUntilSettled(
  search: ProbeSearch,
  { find, readTemplate, pace }: Pick<ArenaParts<unknown>, 'find' | 'readTemplate'> & { readonly pace: Pace },
): Promise<Hit[] | undefined> {
  for (;;) {
    const hits = search.choose(find);
    if (hits) return hits;
    const numbers = search.next();
    if (numbers.length === 0) return undefined;
    for (const number of numbers) {
      if (pace.isOver) await pace.rest();
      search.score(number, readTemplate);
    }
  }
}

async function nameHits<Named>(
  { search, hits, names }: Progress<Named>,
  name: StoreOfNames<Named>['name'],
  pace: Pace,
): Promise<void> {
  names.clear();
  for (const { number } of hits) {
    if (pace.isOver) await pace.rest();
    const named = name(number);
    if (named) names.set(number, named);
    else search.deny(number);
  }
}

function isStill({ hits, names }: Progress<unknown>, find: FindRow): boolean {
  return hits.every(({ number, person }) => names.has(number) && find(number)?.person === person);
}
