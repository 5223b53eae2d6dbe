import type { AppError } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors } from '../../dialect.ts';

/** `{code, reason}`, as the vendor's errors are; the codes but for that of too many faces are ours. */
function fault(status: number, code: string, reason: string): Answer {
  return { status, body: { code, reason } };
}

function refuse(status: number, code: string, reason: string): () => Answer {
  return () => fault(status, code, reason);
}

function later(status: 429 | 503, code: string, reason: string) {
  return (error: AppError): Answer => comeBack(fault(status, code, reason), error);
}

const badParameter = ({ message, details: { body } }: AppError): Answer =>
  fault(400, body === undefined ? 'BAD_PARAM' : 'MALFORMED_REQUEST', message);
const badImage = ({ message }: AppError): Answer => fault(400, 'BAD_IMAGE', message);
const unauthorized = (): Answer => ({
  ...fault(401, 'UNAUTHORIZED', 'The token is missing or not valid'),
  headers: { 'WWW-Authenticate': 'Token' },
});
const nothingHere = refuse(404, 'NOT_FOUND', 'There is nothing here');
const broken = refuse(500, 'INTERNAL_ERROR', 'Something went wrong');

export const errors: DialectErrors = {
  table: {
    'bad-input': badParameter,
    unauthenticated: unauthorized,
    'credential-unknown': unauthorized,
    forbidden: refuse(403, 'FORBIDDEN', 'The token may not change this'),
    'login-taken': badParameter,
    'too-many-attempts': later(429, 'LIMIT_REACHED', 'Too many wrong tokens, please try again later'),
    'too-large': ({ message }) => fault(413, 'LIMIT_REACHED', message),
    'unsupported-media': ({ message }) => fault(415, 'MALFORMED_REQUEST', message),
    'url-refused': badParameter,
    'url-failed': badImage,
    'picture-unreadable': badImage,
    'no-face': refuse(400, 'NO_FACES', 'No faces found'),
    'several-faces': badImage,
    'face-too-small': badImage,
    'quality-too-low': badImage,
    'pose-too-far': badImage,
    'face-duplicate': badImage,
    'references-full': badImage,
    'collection-unknown': refuse(404, 'NOT_FOUND', 'There is no such gallery'),
    'collection-exists': refuse(409, 'CONFLICT', 'There is a gallery of this name already'),
    'person-unknown': refuse(404, 'NOT_FOUND', 'There is no such person'),
    'person-exists': refuse(409, 'CONFLICT', 'There is such a person already'),
    'key-illegal': badParameter,
    'reference-unknown': refuse(404, 'NOT_FOUND', 'There is no such face'),
    'camera-unknown': refuse(404, 'NOT_FOUND', 'There is no such camera'),
    // Groups of cameras and jobs are no part of this API.
    'camera-group-unknown': nothingHere,
    'camera-group-exists': badParameter,
    'camera-fixed': nothingHere,
    'job-unknown': nothingHere,
    'template-mismatch': broken,
    'model-missing': broken,
    'model-unmeasured': broken,
    overloaded: later(503, 'UNAVAILABLE', 'Too many pictures are waiting, please try again'),
    starting: later(503, 'UNAVAILABLE', 'The galleries are being loaded, please try again'),
    'vision-down': later(503, 'UNAVAILABLE', 'The networks are being started, please try again'),
    cancelled: refuse(499, 'CANCELLED', 'The client hung up'),
    'storage-full': refuse(507, 'STORAGE_FULL', 'No room is left to save this'),
    'storage-failed': broken,
    'record-corrupt': broken,
    internal: broken,
  },
  routeUnknown: nothingHere,
  methodUnsupported: (method) => fault(405, 'METHOD_NOT_ALLOWED', `This does not take ${method}`),
};
