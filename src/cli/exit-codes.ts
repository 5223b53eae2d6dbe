import type { ErrorCode } from '../domain/errors.ts';

/** What the `ostiary` command tells the shell; documented in docs/cli.md. */
export const exitCodes = {
  good: 0,
  /** A negative answer: no match, no face, a file that failed. */
  negative: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The service, the store or vision cannot be had now. */
  unavailable: 3,
  /** The caller may not. */
  refused: 4,
  /** A model is missing or damaged. */
  model: 5,
  /** A defect of ours. */
  defect: 70,
  /** Stopped by a signal. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const { negative, usage, unavailable, refused, model, defect, interrupted } = exitCodes;

const exitCodeOf: Record<ErrorCode, ExitCode> = {
  'bad-input': usage,
  unauthenticated: refused,
  'credential-unknown': refused,
  forbidden: refused,
  'login-taken': exitCodes.usage,
  'too-many-attempts': refused,
  'too-large': negative,
  'unsupported-media': usage,
  'url-refused': exitCodes.usage,
  'url-failed': exitCodes.negative,
  'picture-unreadable': negative,
  'no-face': negative,
  'several-faces': negative,
  'face-too-small': negative,
  'quality-too-low': negative,
  'pose-too-far': negative,
  'face-duplicate': negative,
  'references-full': negative,
  'collection-unknown': usage,
  'collection-exists': usage,
  'person-unknown': negative,
  'person-exists': negative,
  'key-illegal': usage,
  'reference-unknown': negative,
  'camera-unknown': negative,
  'camera-group-unknown': negative,
  'camera-group-exists': negative,
  'camera-fixed': negative,
  'job-unknown': negative,
  'template-mismatch': unavailable,
  'model-missing': model,
  'model-unmeasured': model,
  overloaded: unavailable,
  starting: unavailable,
  'vision-down': unavailable,
  cancelled: interrupted,
  'storage-full': unavailable,
  'storage-failed': unavailable,
  'record-corrupt': unavailable,
  internal: defect,
};

/** The exit code for an error that a command ended with. */
export function exitCodeFor(code: ErrorCode): ExitCode {
  return exitCodeOf[code];
}

/** Whether a code that came over the wire is one of the closed list. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(exitCodeOf, code);
}
