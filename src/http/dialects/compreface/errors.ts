import type { AppError } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors, WireRefusal } from '../../dialect.ts';

function fault(status: number, code: number, message: string): Answer {
  return { status, body: { message, code } };
}

const noFace = () => fault(400, 28, 'No face is found in the given image');
const undefinedFault = (status: number) => fault(status, 0, 'Something went wrong, please try again');
const serviceUnknown = (_error: AppError, { service, key }: Record<string, string>) =>
  fault(404, 10, `${service} service with API Key ${key} not found`);

function later(status: number, code: number, message: string) {
  return (error: AppError): Answer => comeBack(fault(status, code, message), error);
}

/** CompreFace's form of every error; where its server has none, the nearest of its own codes. */
export const errors: DialectErrors = {
  table: {
    'bad-input': ({ details: { body } }) => {
      if (body === 'base64') return fault(400, 21, 'Provided value is not Base64');
      return body === 'multipart' || body === 'stalled' ? undefinedFault(400) : { status: 400 };
    },
    unauthenticated: () => fault(400, 20, 'Missing header: x-api-key'),
    'credential-unknown': serviceUnknown,
    forbidden: serviceUnknown,
    'login-taken': () => undefinedFault(400),
    'too-many-attempts': later(429, 0, 'Too many wrong API keys, please try again later'),
    // A body has a limit in bytes; a picture that is too large in pixels counts as one that cannot be decoded.
    'too-large': ({ details }) => ('maxBytes' in details ? undefinedFault(400) : noFace()),
    'unsupported-media': () => ({ status: 415 }),
    'url-refused': () => undefinedFault(400),
    'url-failed': () => undefinedFault(400),
    'picture-unreadable': noFace,
    'no-face': noFace,
    'several-faces': () => fault(400, 31, 'More than one face in the source image'),
    // A picture that an operator's policy refuses: the nearest code, and words that tell which bound it was.
    'face-too-small': ({ message }) => fault(400, 28, message),
    'quality-too-low': ({ message }) => fault(400, 28, message),
    'pose-too-far': ({ message }) => fault(400, 28, message),
    'face-duplicate': () => fault(400, 43, 'The face is saved under another subject already'),
    'references-full': ({ message }) => fault(400, 26, message),
    'collection-unknown': serviceUnknown,
    'collection-exists': () => undefinedFault(400),
    'person-unknown': (_error, { subject }) => fault(404, 42, `Subject ${subject} not found`),
    'person-exists': () => fault(400, 43, 'Subject already exists'),
    'key-illegal': () => illegalSubject(),
    'reference-unknown': (_error, { image, verifies }) =>
      fault(404, 44, verifies ? 'Image Id is incorrect' : `Image ${image} not found`),
    'camera-unknown': () => undefinedFault(404),
    'camera-group-unknown': () => undefinedFault(404),
    'camera-group-exists': () => undefinedFault(400),
    'camera-fixed': () => undefinedFault(400),
    'job-unknown': () => undefinedFault(404),
    'template-mismatch': ({ details: { expected, provided }, message }) =>
      fault(400, 37, expected === undefined ? message : embeddingLengths(expected, provided ?? 0)),
    'model-missing': () => fault(500, 41, 'The network that is needed is not installed'),
    'model-unmeasured': () => fault(500, 41, 'The scores of the network were never measured'),
    overloaded: later(503, 41, 'Too many pictures are waiting, please try again'),
    starting: later(503, 41, 'The faces are being loaded, please try again'),
    'vision-down': later(503, 41, 'The networks are being restarted, please try again'),
    cancelled: () => ({ status: 499 }),
    'storage-full': () => fault(507, 0, 'No room is left to save this'),
    'storage-failed': () => undefinedFault(500),
    'record-corrupt': () => undefinedFault(500),
    internal: () => undefinedFault(500),
  },
  routeUnknown: () => fault(404, 0, 'No such endpoint'),
  methodUnsupported: (method) => fault(404, 0, `Request method '${method}' not supported`),
};

function embeddingLengths(expected: string | number, provided: string | number): string {
  return `${expected} embeddings were expected, but ${provided} were provided`;
}

function illegalSubject(): Answer {
  return fault(400, 36, "The name cannot contain the following special characters: ';', '/', '\\'");
}

/** What only CompreFace's wire can get wrong, in its own words. */
export const refusals = {
  /** A parameter, id or body that cannot be read at all: its server answers with nothing. */
  unreadable: () => new WireRefusal('unreadable', { status: 400 }),
  keyForm: () => new WireRefusal('key-form', fault(400, 26, 'Service API key should be UUID')),
  constraint: (message: string) => new WireRefusal('constraint', fault(400, 26, message)),
  subjectMissing: () =>
    new WireRefusal('subject-missing', fault(400, 33, 'Required parameter subject is missing')),
  subjectIllegal: () => new WireRefusal('subject-illegal', illegalSubject()),
  partMissing: (part: string) =>
    new WireRefusal('part-missing', fault(400, 34, `Required part ${part} is missing`)),
  extension: (fileName: string) =>
    new WireRefusal('extension', fault(400, 21, `File [${fileName}] has an unavailable extension`)),
  threshold: () => new WireRefusal('threshold', noFace()),
} as const;
