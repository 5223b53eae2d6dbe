/** Every way a request can fail. Each dialect answers all of them: its error table does not compile otherwise. */
export type ErrorCode =
  | 'bad-input' // a parameter, part or body is not of the documented form
  | 'unauthenticated' // no credential
  | 'credential-unknown' // a credential that is wrong, expired, revoked or of another service
  | 'forbidden' // a good credential without the right for this
  | 'login-taken' // another user has the login already
  | 'too-many-attempts' // too many wrong credentials from this client: try again later
  | 'too-large' // a body, part or picture over its limit
  | 'unsupported-media' // a content type or encoding that is not accepted
  | 'url-refused' // an address from which the operator lets nothing be fetched
  | 'url-failed' // nothing came from an address that a caller named
  | 'picture-unreadable' // bytes that are no picture of a known format, or a damaged one
  | 'no-face' // a face was needed, none was found
  | 'several-faces' // exactly one face was needed, more were found
  | 'face-too-small' // fewer pixels than enrolment wants
  | 'quality-too-low' // a lower quality than enrolment wants
  | 'pose-too-far' // turned further from the camera than enrolment allows
  | 'face-duplicate' // the face is enrolled under another key already
  | 'references-full' // the person has as many references as she may, and the new one takes nobody's place
  | 'collection-unknown'
  | 'collection-exists'
  | 'person-unknown'
  | 'person-exists'
  | 'key-illegal' // a person's key of a form that the collection refuses
  | 'reference-unknown'
  | 'camera-unknown'
  | 'camera-group-unknown'
  | 'camera-group-exists'
  | 'camera-fixed' // the default camera or group, which cannot be removed
  | 'job-unknown'
  | 'template-mismatch' // a template of another length or embedding model
  | 'model-missing' // a network that is needed is not installed
  | 'model-unmeasured' // a rate was given, but the embedding model has no score table
  | 'overloaded' // a queue is full: try again later
  | 'starting' // the collection is not loaded yet after a start: try again later
  | 'vision-down' // the vision process is being restarted: try again later
  | 'cancelled' // the caller has gone
  | 'storage-full' // the disk has no room for a write
  | 'storage-failed' // the store could not be read or written
  | 'record-corrupt' // a stored value fails its checksum
  | 'internal'; // a defect of ours

/** What can be told of an error besides its message: names, limits and counts, never names of people or bytes. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An error of the closed list; `message` says what was expected, `cause` keeps what a library threw. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The same error when it is one of ours, else an `internal` one that keeps it as its cause. */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('internal', 'Unexpected failure', { cause: error });
}
