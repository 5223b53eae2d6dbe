import type { EventKind, NewEvent } from '../domain/event.ts';
import type { Candidate } from '../domain/gallery.ts';
import { thresholdFor, usualFmr } from '../domain/threshold.ts';
import { withOwn } from '../primitives/with-own.ts';
import { currentCaller } from './actor.ts';
import type { HistoryService } from './history.ts';
import type { Recognition, SearchAsk } from './recognition.ts';

/** Which recognitions become events: all, those that a camera is named for, or none. */
export const recordedRecognitions = ['all', 'camera', 'none'] as const;
export type RecordedRecognitions = (typeof recordedRecognitions)[number];

export type RecordingParts = {
  readonly history: Pick<HistoryService, 'record'>;
  readonly which: RecordedRecognitions;
  readonly nowMs?: () => number;
};

type Found = {
  readonly kind: EventKind;
  readonly face?: { readonly box: NewEvent['box']; readonly quality: { readonly overall: number } };
  readonly candidates: readonly Pick<Candidate, 'personId' | 'referenceId' | 'score'>[];
};

/** The same recognition; each face that is looked for becomes an event. Callers wait for none of it. */
export function recordRecognition(recognition: Recognition, parts: RecordingParts): Recognition {
  const { history, which, nowMs = Date.now } = parts;
  const record = (
    found: Found,
    { collectionIds, cameraId }: Pick<SearchAsk, 'collectionIds' | 'cameraId'>,
  ) => {
    if (which === 'none' || (which === 'camera' && cameraId === undefined)) return;
    const modelId = recognition.models().embedding.id;
    const scores = recognition.scoreTable(modelId);
    // Who is less alike counts as nobody in an event, whatever a caller wants to be told of.
    const minScore = scores ? thresholdFor(scores, { maxFmr: usualFmr }, 1).cosine : -1;
    const { kind, face } = found;
    history.record({
      ...{ kind, atMs: nowMs(), collectionIds, modelId, ...currentCaller() },
      ...(cameraId !== undefined && { cameraId }),
      ...(face?.box && { box: face.box, quality: face.quality.overall }),
      candidates: found.candidates
        .filter(({ score }) => score >= minScore)
        .map(({ personId, referenceId, score }) => ({ personId, referenceId, score })),
    });
  };
  return withOwn<Recognition>(recognition, {
    async recognise(ask, search, signal) {
      const found = await recognition.recognise(ask, search, signal);
      for (const [at, face] of found.picture.faces.entries()) {
        record({ kind: 'identification', face, candidates: found.candidates[at] ?? [] }, search);
      }
      return found;
    },
    async recogniseFaces(faces, search) {
      const found = await recognition.recogniseFaces(faces, search);
      for (const [at, face] of faces.entries()) {
        record({ kind: 'identification', face, candidates: found[at] ?? [] }, search);
      }
      return found;
    },
    async recogniseVectors(vectors, search) {
      const found = await recognition.recogniseVectors(vectors, search);
      for (const candidates of found) record({ kind: 'identification', candidates }, search);
      return found;
    },
    async verifyReference(ask, reference, signal) {
      const verified = await recognition.verifyReference(ask, reference, signal);
      const { personId, id: referenceId, collectionId } = reference;
      for (const [at, face] of verified.picture.faces.entries()) {
        const candidates = [{ personId, referenceId, score: verified.scores[at]! }];
        record({ kind: 'verification', face, candidates }, { collectionIds: [collectionId] });
      }
      return verified;
    },
  });
}
