import type { ScoreTable } from '../domain/catalogue.ts';
import type { EnrolmentPolicy } from '../domain/enrolment.ts';
import { AppError } from '../domain/errors.ts';
import type { Template } from '../domain/face.ts';
import { fmrAtCosine } from '../domain/false-match-rate.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Gallery, KeyWish } from '../domain/ports/gallery.ts';
import { thresholdFor } from '../domain/threshold.ts';
import { cosine } from '../domain/vector.ts';
import { requireScores } from './pictures.ts';

/** A face that is to be enrolled, and whose it is. */
export type Newcomer = {
  readonly template: Template;
  readonly key: KeyWish;
  readonly personId?: Uuid | undefined;
  /** The same for all faces of one person. */
  readonly identity: unknown;
};

export type DuplicateAsk = {
  readonly collectionId: Uuid;
  /** The collections that the caller may see. */
  readonly reach: readonly Uuid[] | 'all';
  /** Whether keys that differ in case alone are one person's. */
  readonly ignoreCase?: boolean | undefined;
  /** The cosine from which on a face of the collection counts as the same, whatever the policy says. */
  readonly duplicateScore?: number;
};

export type DuplicateParts = {
  readonly gallery: Gallery;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
  readonly policy: EnrolmentPolicy;
};

/** Whether duplicates are looked for in more than the collection itself. */
export function reachesFurther({ duplicates }: EnrolmentPolicy): boolean {
  return duplicates !== 'off' && duplicates !== 'collection';
}

/** `face-duplicate` when the face is somebody else's, enrolled before or one of the others that come with it. */
export async function refuseDuplicate(
  parts: DuplicateParts,
  ask: DuplicateAsk,
  { newcomer, others }: { newcomer: Newcomer; others: readonly Newcomer[] },
): Promise<void> {
  const { template } = newcomer;
  const table = requireScores(template.modelId, parts.scoreTable);
  const least = leastScore(parts.policy, table, ask);
  const maxFmr = Number(fmrAtCosine(table, least).toPrecision(3));
  const refusal = (score: number, details: { personId?: Uuid; collectionId: Uuid }) => {
    const fmr = Number(fmrAtCosine(table, score).toPrecision(3));
    return new AppError('face-duplicate', 'The face is enrolled under another key already', {
      details: { fmr, maxFmr, ...details },
    });
  };
  for (const other of others) {
    if (other.identity === newcomer.identity) continue;
    const score = cosine(other.template.vector, template.vector);
    if (score >= least) throw refusal(score, { collectionId: ask.collectionId });
  }
  const found = await findOther(parts, ask, { newcomer, least });
  if (found) throw refusal(found.score, { personId: found.personId, collectionId: found.collectionId });
}

/** What the policy and the caller say both holds. */
function leastScore(
  { duplicates, duplicateFmr }: EnrolmentPolicy,
  table: ScoreTable,
  { duplicateScore = Number.POSITIVE_INFINITY }: DuplicateAsk,
): number {
  if (duplicates === 'off') return duplicateScore;
  return Math.min(duplicateScore, thresholdFor(table, { maxFmr: duplicateFmr }, 1).cosine);
}

async function findOther(
  { gallery, policy }: DuplicateParts,
  { collectionId, reach, ignoreCase }: DuplicateAsk,
  { newcomer: { template, key, personId }, least }: { newcomer: Newcomer; least: number },
) {
  const others = reachesFurther(policy) ? await reached(gallery, reach) : [];
  const collectionIds = [...new Set([collectionId, ...others])];
  const namesakes =
    key === null
      ? []
      : await Promise.all(
          collectionIds.map((id) => gallery.findMembership(id, key, ignoreCase ? 'ignoreCase' : undefined)),
        );
  const own = new Set([personId, ...namesakes.map((member) => member?.personId)]);
  const [found = []] = await gallery.search({
    ...{ collectionIds, modelId: template.modelId, probes: [template.vector], minScore: least },
    // She may have references under the key in each collection: one more shows somebody else.
    ...{ limit: own.size + 1, distinctPersons: true, includeBarred: true },
  });
  return found.find((candidate) => !own.has(candidate.personId));
}

async function reached(gallery: Gallery, reach: DuplicateAsk['reach']): Promise<readonly Uuid[]> {
  return reach === 'all' ? (await gallery.listCollections()).map(({ id }) => id) : reach;
}
