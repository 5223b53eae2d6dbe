import type { ScoreTable } from '../../../domain/catalogue.ts';
import type { Credential } from '../../../domain/credential.ts';
import type { AnalysedFace } from '../../../domain/face.ts';
import { fmrAtCosine } from '../../../domain/false-match-rate.ts';
import type { Candidate, Collection } from '../../../domain/gallery.ts';
import { similarityAt, similarityScale } from '../../../domain/similarity.ts';
import type { Threshold } from '../../../domain/threshold.ts';
import type { ListedModel } from '../../../services/models.ts';
import type {
  CandidateAnswer,
  CollectionAnswer,
  CompareAnswer,
  FaceAnswer,
  KeyAnswer,
  ModelAnswer,
  ScoreAnswer,
  ThresholdAnswer,
  UserAnswer,
} from './wire.ts';

export function toFace({ box, detectorScore, landmarks, quality, attributes }: AnalysedFace): FaceAnswer {
  return { box, detectorScore, landmarks, quality, ...attributes };
}

/** Both readings of a cosine. */
export function toScore(cosine: number, scores: ScoreTable): ScoreAnswer {
  const similarity = Number(similarityAt(cosine, similarityScale(scores)).toFixed(5));
  const fmr = toRate(fmrAtCosine(scores, cosine));
  return { similarity, fmr, extrapolated: fmr < scores.lowestShownFmr };
}

export function toThreshold({ fmr, fpir, persons, extrapolated }: Threshold): ThresholdAnswer {
  return { fmr: toRate(fmr), fpir: toRate(fpir), persons, extrapolated };
}

export function toPairThreshold({ fmr, extrapolated }: Threshold): CompareAnswer['threshold'] {
  return { fmr: toRate(fmr), extrapolated };
}

function toRate(rate: number): number {
  return Number(rate.toPrecision(3));
}

/** Collections by their slugs. */
export function toCandidate(
  { key, personId, referenceId, collectionId, score }: Candidate,
  { scores, slugs }: { scores: ScoreTable; slugs: ReadonlyMap<string, string> },
): CandidateAnswer {
  const collection = slugs.get(collectionId) ?? collectionId;
  return { key, personId, referenceId, collection, ...toScore(score, scores) };
}

export function toCollection({ id, slug, name, createdAtMs }: Collection): CollectionAnswer {
  return { id, slug, name, createdAt: toIso(createdAtMs) };
}

/** Collections by their slugs, where they are still there. */
export function toKey(credential: Credential, slugs: ReadonlyMap<string, string>): KeyAnswer {
  const { id, dialect, right, reach, name, createdAtMs } = credential;
  const { expiresAtMs, revokedAtMs, lastUsedAtMs } = credential;
  return {
    id,
    dialect,
    services: credential.services,
    right,
    collections: reach === 'all' ? reach : reach.map((one) => slugs.get(one) ?? one),
    name,
    createdAt: toIso(createdAtMs),
    ...(expiresAtMs !== undefined && { expiresAt: toIso(expiresAtMs) }),
    ...(revokedAtMs !== undefined && { revokedAt: toIso(revokedAtMs) }),
    ...(lastUsedAtMs !== undefined && { lastUsedAt: toIso(lastUsedAtMs) }),
  };
}

export function toUser(user: Credential, slugs: ReadonlyMap<string, string>): UserAnswer {
  const { id, right, collections, name, createdAt, lastUsedAt } = toKey(user, slugs);
  const used = lastUsedAt === undefined ? {} : { lastUsedAt };
  return { id, login: user.login ?? '', right, collections, name, createdAt, ...used };
}

export function toModel({ entry, state, profiles }: ListedModel): ModelAnswer {
  const { id, role, title, licence } = entry;
  return { id, role, title, licence, state, profiles };
}

/** ISO 8601 in UTC. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
