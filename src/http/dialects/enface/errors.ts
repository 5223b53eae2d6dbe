import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors, WireRefusal } from '../../dialect.ts';

function fault(status: number, message: string): Answer {
  return { status, body: { status: 'error', message } };
}

function refuse(status: number, message: string): () => Answer {
  return () => fault(status, message);
}

/** In our own words, where the vendor's are not known. */
function tell(status: number): (error: AppError) => Answer {
  return ({ message }) => fault(status, message);
}

function later(status: 429 | 503, message: string) {
  return (error: AppError): Answer => comeBack(fault(status, message), error);
}

const invalidSchema = fault(400, 'invalid schema');
const unauthorized = refuse(401, 'unauthorized');
const denied = fault(403, 'access denied');
const unknownList = refuse(404, 'list with this id does not found');
const broken = refuse(500, 'internal error');

/** `{status: "error", message}`. */
export const errors: DialectErrors = {
  table: {
    // A body that cannot be read is of no schema; a bound of ours says what it is.
    'bad-input': ({ message, details: { body } }) =>
      body === undefined ? fault(400, message) : invalidSchema,
    unauthenticated: unauthorized,
    'credential-unknown': unauthorized,
    forbidden: () => denied,
    'login-taken': tell(400),
    'url-refused': tell(400),
    'url-failed': tell(400),
    'too-many-attempts': later(429, 'too many wrong credentials, please try again later'),
    'too-large': tell(413),
    'unsupported-media': refuse(415, 'unsupported media type'),
    'picture-unreadable': refuse(400, 'image format is unknown'),
    'no-face': refuse(400, 'no faces found'),
    'several-faces': tell(400),
    'face-too-small': tell(400),
    'quality-too-low': tell(400),
    'pose-too-far': tell(400),
    'face-duplicate': tell(400),
    'references-full': tell(400),
    'collection-unknown': unknownList,
    'collection-exists': refuse(400, 'list with this name is already exists'),
    'person-unknown': refuse(404, 'person with this id does not found'),
    'person-exists': tell(400),
    'key-illegal': tell(400),
    'reference-unknown': refuse(404, 'person with this id does not found'),
    'camera-unknown': refuse(200, 'source with this id does not found'),
    'camera-group-unknown': refuse(200, 'source group with this id does not found'),
    'camera-group-exists': refuse(200, 'group with this name is already exists'),
    'camera-fixed': refuse(200, 'can not delete default group'),
    'job-unknown': tell(404),
    'template-mismatch': tell(400),
    'model-missing': broken,
    'model-unmeasured': broken,
    overloaded: later(503, 'too many images are waiting, please try again'),
    starting: later(503, 'the faces are being loaded, please try again'),
    'vision-down': later(503, 'the networks are being started, please try again'),
    cancelled: refuse(499, 'the client hung up'),
    'storage-full': refuse(507, 'no room is left to save this'),
    'storage-failed': broken,
    'record-corrupt': broken,
    internal: broken,
  },
  routeUnknown: refuse(404, 'not found'),
  methodUnsupported: (method) => fault(405, `method ${method} is not supported`),
};

/** What is an error of the vendor's although its status is 200. */
export function failed(message: string): WireRefusal {
  return new WireRefusal('failed', fault(200, message));
}

/** An error in the vendor's words, as the named status. */
export function refused(status: 400 | 404, message: string): WireRefusal {
  return new WireRefusal('refused', fault(status, message));
}

/** What only this wire can get wrong. */
export const refusals = {
  invalidSchema: () => new WireRefusal('invalid-schema', invalidSchema),
  loginDenied: () => new WireRefusal('login-denied', denied),
} as const;

/** An error of this code as another. */
export async function instead<R>(asked: Promise<R>, code: ErrorCode, other: () => Error): Promise<R> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof AppError && error.code === code ? other() : error;
  }
}
