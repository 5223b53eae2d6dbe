import type { ServiceAddress } from '../service/compreface-client.ts';

/** What the process of the clients is told at its start. */
export type ClientsTask = {
  readonly service: ServiceAddress;
  readonly clients: number;
  readonly photoPaths: readonly string[];
  /** The digest of the body that a single client got for each photograph. */
  readonly expectedSha1: readonly string[];
};

/** One answer, times in milliseconds since the epoch. */
export type Answered = {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly kind: AnswerKind;
};

/** `ok`: 200 with the expected body; `busy`: 503 with Retry-After; `different`: 200 with another body. */
export type AnswerKind = 'ok' | 'different' | 'busy' | 'wrong status' | 'broken connection';

/** The clients tell how many answers they have so far and when the last good one was asked for; at the end all. */
export type ClientsReport =
  | { readonly kind: 'progress'; readonly answers: number; readonly lastOkStartedAtMs: number }
  | { readonly kind: 'end'; readonly answers: readonly Answered[] };
