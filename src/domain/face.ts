import type { Box, Landmarks5, Point } from './geometry.ts';

/** What can be asked about a face besides where it is. Each is computed only on request. */
export const attributes = [
  'landmarks68',
  'pose',
  'age',
  'gender',
  'emotion',
  'mask',
  'eyeOpening',
  'visibility',
  'liveness',
] as const;
export type Attribute = (typeof attributes)[number];

/** Degrees. Yaw: positive turns to the picture's right; pitch: positive looks up; roll: positive tilts clockwise. */
export type Pose = { readonly yaw: number; readonly pitch: number; readonly roll: number };

export const emotions = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'] as const;
export type Emotion = (typeof emotions)[number];

/** Each part and the whole from 0 (useless) to 1 (ideal); the formula stands in docs/quality.md. */
export type FaceQuality = {
  readonly overall: number;
  readonly size: number;
  readonly sharpness: number;
  readonly exposure: number;
  readonly pose: number;
  readonly detector: number;
};

/**
 * How much of each part of a face is to be seen, in units of the least that a bare one shows: below 1 something covers it.
 * Left and right as seen in the picture.
 */
export type PartVisibility = {
  readonly leftEye: number;
  readonly rightEye: number;
  readonly nose: number;
  readonly mouth: number;
};

export type FaceAttributes = {
  /** 68 points of the iBUG 300-W mark-up, in pixels of the upright picture. */
  readonly landmarks68?: readonly Point[];
  readonly pose?: Pose;
  /** Years; `low` and `high` bound the range that the network's two top bins span. */
  readonly age?: {
    readonly low: number;
    readonly high: number;
    readonly years: number;
    readonly probability: number;
  };
  readonly gender?: { readonly value: 'male' | 'female'; readonly probability: number };
  /** Probabilities that sum to 1. */
  readonly emotion?: Readonly<Record<Emotion, number>>;
  /** Whether a mask covers mouth and nose, as far as the network tells; it does not know masks that are worn wrongly. */
  readonly mask?: { readonly worn: boolean; readonly probability: number };
  /** The height between the lids over the eye's width, both eyes' mean: wide open about .4, closed below .1. */
  readonly eyeOpening?: number;
  readonly visibility?: {
    /** 0 to 1: how much of a face the mesh network sees. */
    readonly face: number;
    /** Absent where it was not measured how the embedding network reacts. */
    readonly parts?: PartVisibility;
  };
  /** 0 to 1: how likely the face is a live one, not a photograph or a screen; what that is worth: docs/face-conditions.md. */
  readonly liveness?: number;
};

/** The model-neutral crop of DESIGN: eye-levelled, 320 × 320, half a face of margin on each side, as JPEG. */
export type FaceCrop = {
  readonly jpeg: Uint8Array;
  /** In pixels of the crop. */
  readonly landmarks: Landmarks5;
};

/** A unit-length float32 vector and the embedding model that made it; those of two models are never compared. */
export type Template = { readonly modelId: string; readonly vector: Float32Array };

export type AnalysedFace = {
  readonly box: Box;
  /** 0 to 1, the detector's own. */
  readonly detectorScore: number;
  readonly landmarks: Landmarks5;
  readonly quality: FaceQuality;
  readonly template?: Template;
  readonly crop?: FaceCrop;
  /** The face upright on 112 × 112 pixels, as JPEG. */
  readonly thumb?: Uint8Array;
  readonly attributes: FaceAttributes;
};

/** Milliseconds spent on one picture, by stage; the stages that did not run are absent. */
export type StageTimes = { readonly [stage in Stage]?: number };
export const stages = ['queue', 'decode', 'detect', 'align', 'embed', 'attributes'] as const;
export type Stage = (typeof stages)[number];

export type AnalysedPicture = {
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** All that the detector found; `faces` holds no more than was asked for. */
  readonly facesFound: number;
  /** Largest box first. */
  readonly faces: readonly AnalysedFace[];
  /** The upright picture with a longer side of at most 320 pixels, as JPEG without metadata. */
  readonly thumbnail?: Uint8Array;
  readonly stageMs: StageTimes;
};
