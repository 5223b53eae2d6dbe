import type { AppError } from '../../../domain/errors.ts';
import { type Answer, comeBack, type DialectErrors } from '../../dialect.ts';

/** An error that clients may try again after. */
const isLater: ReadonlySet<number> = new Set([429, 503]);

function refuse(status: number): (error: AppError) => Answer {
  return (error) => {
    const { code, message, details } = error;
    const answer = { status, body: { error: { code, message, details } } };
    return isLater.has(status) ? comeBack(answer, error) : answer;
  };
}

/** `{error: {code, message, details}}`, the code being the one of the closed list. */
export const errors: DialectErrors = {
  table: {
    'bad-input': refuse(400),
    unauthenticated: refuse(401),
    'credential-unknown': refuse(401),
    forbidden: refuse(403),
    'login-taken': refuse(409),
    'too-many-attempts': refuse(429),
    'too-large': refuse(413),
    'unsupported-media': refuse(415),
    'url-refused': refuse(400),
    'url-failed': refuse(502),
    'picture-unreadable': refuse(422),
    'no-face': refuse(422),
    'several-faces': refuse(422),
    'face-too-small': refuse(422),
    'quality-too-low': refuse(422),
    'pose-too-far': refuse(422),
    'face-duplicate': refuse(409),
    'references-full': refuse(409),
    'collection-unknown': refuse(404),
    'collection-exists': refuse(409),
    'person-unknown': refuse(404),
    'person-exists': refuse(409),
    'key-illegal': refuse(400),
    'reference-unknown': refuse(404),
    'camera-unknown': refuse(404),
    'camera-group-unknown': refuse(404),
    'camera-group-exists': refuse(409),
    'camera-fixed': refuse(409),
    'job-unknown': refuse(404),
    'template-mismatch': refuse(409),
    'model-missing': refuse(501),
    'model-unmeasured': refuse(501),
    overloaded: refuse(503),
    starting: refuse(503),
    'vision-down': refuse(503),
    cancelled: refuse(499),
    'storage-full': refuse(507),
    'storage-failed': refuse(500),
    'record-corrupt': refuse(500),
    internal: refuse(500),
  },
  routeUnknown: () => notThere(404, 'route-unknown', 'There is no such endpoint'),
  methodUnsupported: (method) => notThere(405, 'method-unsupported', `This endpoint does not take ${method}`),
};

function notThere(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message, details: {} } } };
}
