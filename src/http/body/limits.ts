/** What a request's body may be, and how slowly it may come. */
export type BodyLimits = {
  /** One uploaded file. */
  readonly maxFileBytes: number;
  /** All parts of a multipart body together, with their headers. */
  readonly maxMultipartBytes: number;
  /** Files and fields of a multipart body; 32 when absent. */
  readonly maxParts?: number;
  readonly maxJsonBytes: number;
  /** Arrays and objects in one another. */
  readonly maxJsonDepth: number;
  /** Silence after which the client counts as gone. */
  readonly idleMs: number;
  /** The whole body, however steadily it comes. */
  readonly totalMs: number;
};

const MiB = 1024 * 1024;

/** A file of 5 MB as CompreFace has it, two of them in a request, base64 with a third on top. */
export const defaultBodyLimits: BodyLimits = {
  maxFileBytes: 5 * MiB,
  maxMultipartBytes: 10 * MiB + 64 * 1024,
  maxJsonBytes: 14 * MiB,
  maxJsonDepth: 64,
  idleMs: 10_000,
  totalMs: 60_000,
};
