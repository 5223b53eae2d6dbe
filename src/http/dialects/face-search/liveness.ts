import { AppError } from '../../../domain/errors.ts';
import type { Condition } from '../../../domain/face-conditions.ts';
import type { Vision } from '../../../domain/ports/vision.ts';
import { checkFace } from '../../../services/face-check.ts';
import { livenessFailed } from './errors.ts';

/** The documented codes; the signal behind each stands in docs/face-conditions.md. */
const codes: Readonly<Record<Condition, string>> = {
  'no-face': 'FACE_NOT_FOUND',
  'several-faces': 'TOO_MANY_FACES',
  'cut-off': 'FACE_CROPPED',
  'too-close': 'FACE_TOO_CLOSE',
  'near-border': 'FACE_CLOSE_TO_BORDER',
  'too-small': 'FACE_TOO_SMALL',
  turned: 'FACE_ANGLE_TOO_LARGE',
  covered: 'FACE_IS_OCCLUDED',
  'eyes-closed': 'EYES_CLOSED',
  'not-live': 'FACE_NOT_LIVE',
};

/** Throws the liveness error of the first thing that is wrong with the picture, or that the network is not installed. */
export async function requireLive(vision: Vision, picture: Uint8Array, signal: AbortSignal): Promise<void> {
  const [condition] = await conditionsOf(vision, picture, signal);
  if (condition) throw livenessFailed(codes[condition]);
}

/** As `requireLive`, but a picture of nobody is `no-face`: what is not there is not checked. */
export async function requireLiveIfFound(
  vision: Vision,
  picture: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const [condition] = await conditionsOf(vision, picture, signal);
  if (condition === 'no-face') throw new AppError('no-face', 'No face was found in the picture');
  if (condition) throw livenessFailed(codes[condition]);
}

async function conditionsOf(
  vision: Vision,
  picture: Uint8Array,
  signal: AbortSignal,
): Promise<readonly Condition[]> {
  try {
    return (await checkFace(vision, { picture, liveness: true }, signal)).conditions;
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'model-missing')) throw error;
    throw livenessFailed('UNKNOWN_ERROR', 'The network that checks liveness is not installed');
  }
}
