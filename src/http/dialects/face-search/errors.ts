import type { AppError } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors, WireRefusal } from '../../dialect.ts';
import type { WireOutcome } from './wire.ts';

type Fault = { readonly status: number; readonly body: WireOutcome };

function fault(status: number, code: string, message: string, metadata?: WireOutcome['metadata']): Fault {
  return { status, body: { code, message, ...(metadata && { metadata }) } };
}

const notFound = () => fault(404, 'ERR_NOT_FOUND', 'The requested entity could not be found.');
const exists = () => fault(409, 'ERR_ALREADY_EXISTS', 'Another entity already exists with the same ID.');
const undecodable = () =>
  fault(
    400,
    'ERR_BASE64_IMAGE_CANNOT_BE_DECODED',
    'The posted Base64 image(s) could not be decoded as JPEG/PNG bytes.',
  );
const database = () =>
  fault(
    503,
    'ERR_DATABASE_ERROR',
    'An error occurred while connecting with the database, please retry your request later.',
  );

/** What is wrong stands in the metadata, for the message is the vendor's. */
function invalid({ message }: AppError): Fault {
  return fault(
    400,
    'ERR_INVALID_REQUEST',
    'The posted JSON is malformed or contains fields that are not of the correct type.',
    { details: message },
  );
}

function refuse(status: number, code: string, message: string): () => Fault {
  return () => fault(status, code, message);
}

/** A face that enrolment does not take by the operator's policy. */
function unfit({ code, message }: AppError): Fault {
  return fault(400, 'ERR_FACE_NOT_ACCEPTED', message, { code: code.toUpperCase().replaceAll('-', '_') });
}

function later(status: 429 | 503, code: string, message: string) {
  return (error: AppError): Answer => comeBack(fault(status, code, message), error);
}

const busy = later(503, 'ERR_SERVER_BUSY', 'The server cannot answer now, please retry your request later.');
const broken = refuse(500, 'ERR_INTERNAL', 'Something went wrong.');

/** `{code, message, metadata}`; texts and codes are the documentation's where it has them. */
export const errors: DialectErrors = {
  table: {
    'bad-input': invalid,
    unauthenticated: refuse(401, 'ERR_API_KEY_NOT_PRESENT', 'The API key is missing from the request.'),
    'credential-unknown': refuse(401, 'ERR_API_KEY_NOT_VALID', 'The API key is not valid.'),
    forbidden: refuse(403, 'ERR_FORBIDDEN', 'The API key may not change collections.'),
    'login-taken': exists,
    'url-refused': invalid,
    'url-failed': invalid,
    'too-many-attempts': later(
      429,
      'ERR_TOO_MANY_REQUESTS',
      'Too many invalid API keys were sent, please retry your request later.',
    ),
    'too-large': ({ message }) => fault(413, 'ERR_REQUEST_TOO_LARGE', message),
    'unsupported-media': refuse(
      415,
      'ERR_UNSUPPORTED_MEDIA_TYPE',
      'The Content-Type must be application/json.',
    ),
    'picture-unreadable': undecodable,
    'no-face': refuse(400, 'ERR_FACE_NOT_DETECTED', 'A face could not be detected in the image(s).'),
    'several-faces': refuse(
      400,
      'ERR_MULTIPLE_FACES_DETECTED',
      'The image contains several faces; it should have only one.',
    ),
    'face-too-small': unfit,
    'quality-too-low': unfit,
    'pose-too-far': unfit,
    'face-duplicate': refuse(
      409,
      'ERR_DUPLICATE_PERSON',
      'Another person with this face is already enrolled.',
    ),
    'references-full': unfit,
    'collection-unknown': notFound,
    'collection-exists': exists,
    'person-unknown': notFound,
    'person-exists': exists,
    'key-illegal': invalid,
    'reference-unknown': notFound,
    // No part of this API.
    'camera-unknown': notFound,
    'camera-group-unknown': notFound,
    'camera-group-exists': exists,
    'camera-fixed': invalid,
    'job-unknown': notFound,
    'template-mismatch': broken,
    'model-missing': broken,
    'model-unmeasured': broken,
    overloaded: busy,
    starting: busy,
    'vision-down': busy,
    cancelled: refuse(499, 'ERR_REQUEST_CANCELLED', 'The client hung up.'),
    'storage-full': database,
    'storage-failed': database,
    'record-corrupt': database,
    internal: broken,
  },
  routeUnknown: notFound,
  methodUnsupported: (method) => fault(405, 'ERR_METHOD_NOT_ALLOWED', `This does not take ${method}.`),
};

/** The documented error of a text that is no picture. */
export function pictureUndecodable(): WireRefusal {
  return new WireRefusal('base64', undecodable());
}

/** The documented error of a name that collections cannot have. */
export function collectionNameIllegal(): WireRefusal {
  const message =
    'Collection names can only contain alphanumeric characters, underscores, hyphens, and periods.';
  return new WireRefusal('collection-name', fault(400, 'ERR_INVALID_COLLECTION_NAME', message));
}

/** The documented error of a face that is not fit for, or fails, the liveness check. */
export function livenessFailed(code: string, details?: string): WireRefusal {
  const message = 'A liveness error occurred. Please check the supplied image and the error metadata.';
  const metadata = { code, ...(details !== undefined && { details }) };
  return new WireRefusal(code, fault(400, 'ERR_LIVENESS_ERROR', message, metadata));
}
