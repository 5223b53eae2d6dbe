import type { Credential } from '../../../domain/credential.ts';
import type { Candidate } from '../../../domain/gallery.ts';
import type { AcceptedRate } from '../../../domain/threshold.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Recognition, SearchAsk } from '../../../services/recognition.ts';
import { toCandidate, toThreshold } from './answers.ts';
import type { CandidateAnswer, ThresholdAnswer } from './wire.ts';

type SearchParts = { readonly collections: Collections; readonly recognition: Recognition };
export type SearchWish = { readonly limit: number; readonly accepted: AcceptedRate };

/** A search of these collections as the service takes it, and how its findings are told. */
export type OpenSearch = {
  readonly ask: SearchAsk;
  readonly threshold: ThresholdAnswer;
  tell(candidates: readonly Candidate[] | undefined): CandidateAnswer[];
};

/** Collections that the caller reaches, by slug, name or id. `collection-unknown`, `model-unmeasured`. */
export async function openSearch(
  { collections, recognition }: SearchParts,
  { caller, names }: { readonly caller: Credential; readonly names: readonly string[] },
  { limit, accepted }: SearchWish,
): Promise<OpenSearch> {
  const found = await collections.getAll(caller, names);
  const slugs = new Map(found.map(({ id, slug }) => [id, slug]));
  const collectionIds = [...slugs.keys()];
  const threshold = await recognition.threshold(accepted, collectionIds);
  const scores = recognition.scores();
  return {
    ask: { collectionIds, limit, minScore: threshold.cosine, distinctPersons: true },
    threshold: toThreshold(threshold),
    tell: (candidates = []) => candidates.map((candidate) => toCandidate(candidate, { scores, slugs })),
  };
}
