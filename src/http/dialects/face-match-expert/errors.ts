import type { AppError } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors } from '../../dialect.ts';

const names = {
  401: 'UNAUTHORIZED',
  404: 'NOT FOUND',
  422: 'UNPROCESSABLE ENTITY',
  500: 'INTERNAL SYSTEM ERROR',
  503: 'SERVICE UNAVAILABLE',
  // Not of the documentation.
  403: 'FORBIDDEN',
  405: 'METHOD NOT ALLOWED',
  413: 'PAYLOAD TOO LARGE',
  415: 'UNSUPPORTED MEDIA TYPE',
  429: 'TOO MANY REQUESTS',
  499: 'CLIENT CLOSED REQUEST',
  507: 'INSUFFICIENT STORAGE',
} as const;

function fault(status: keyof typeof names, message: string): Answer {
  return { status, body: { error: names[status], message } };
}

const wrongCredentials = () => fault(401, 'Incorrect user credentials');

/** The item of an array that is meant, where there is one, then what is wrong with it. */
function unprocessable({ message, details: { item } }: AppError, { ids }: Record<string, string>): Answer {
  if (typeof item !== 'number') return fault(422, message);
  const id = (JSON.parse(ids ?? '[]') as string[])[item];
  return fault(422, `Item ${item} (id ${JSON.stringify(id)}): ${message}`);
}

function refuse(status: keyof typeof names, message: string): () => Answer {
  return () => fault(status, message);
}

function later(status: 429 | 503, message: string) {
  return (error: AppError): Answer => comeBack(fault(status, message), error);
}

const broken = refuse(500, 'Something went wrong');

/** `{error, message}`; the documented statuses where one of them fits. */
export const errors: DialectErrors = {
  table: {
    'bad-input': unprocessable,
    unauthenticated: wrongCredentials,
    'credential-unknown': wrongCredentials,
    forbidden: refuse(403, 'The credentials may not change collections'),
    'login-taken': unprocessable,
    'url-refused': unprocessable,
    'url-failed': unprocessable,
    'too-many-attempts': later(429, 'Too many incorrect user credentials, please try again later'),
    'too-large': ({ message }) => fault(413, message),
    'unsupported-media': refuse(415, 'The body must be application/json'),
    'picture-unreadable': unprocessable,
    'no-face': unprocessable,
    'several-faces': unprocessable,
    'face-too-small': unprocessable,
    'quality-too-low': unprocessable,
    'pose-too-far': unprocessable,
    'face-duplicate': unprocessable,
    'references-full': unprocessable,
    'collection-unknown': refuse(404, 'There is no such collection'),
    'collection-exists': unprocessable,
    'person-unknown': refuse(404, 'There is no image of this id in the collection'),
    'person-exists': (error, about) =>
      unprocessable({ ...error, message: 'There is an image of this id already' }, about),
    'key-illegal': (error, about) =>
      unprocessable({ ...error, message: 'This is no id for an image' }, about),
    'reference-unknown': refuse(404, 'There is no image of this id in the collection'),
    // No part of this API.
    'camera-unknown': refuse(404, 'There is nothing here'),
    'camera-group-unknown': refuse(404, 'There is nothing here'),
    'camera-group-exists': unprocessable,
    'camera-fixed': unprocessable,
    'job-unknown': refuse(404, 'There is nothing here'),
    'template-mismatch': (error, about) =>
      unprocessable(
        { ...error, message: 'The face data is of another network; detect the face again' },
        about,
      ),
    'model-missing': broken,
    'model-unmeasured': broken,
    overloaded: later(503, 'Too many pictures are waiting, please try again'),
    starting: later(503, 'The faces are being loaded, please try again'),
    'vision-down': later(503, 'The networks are being started, please try again'),
    cancelled: refuse(499, 'The client hung up'),
    'storage-full': refuse(507, 'No room is left to save this'),
    'storage-failed': broken,
    'record-corrupt': broken,
    internal: broken,
  },
  routeUnknown: refuse(404, 'There is nothing here'),
  methodUnsupported: (method) => fault(405, `This does not take ${method}`),
};
