import type { AnalysedFace, Emotion } from '../../../domain/face.ts';
import type { Box } from '../../../domain/geometry.ts';

/** Corners in pixels of the picture. */
export type WireBox = { readonly x1: number; readonly x2: number; readonly y1: number; readonly y2: number };

/** What is told of a face on request. */
export type WireFeatures = {
  readonly age?: number;
  readonly emotions?: readonly string[];
  readonly gender?: string;
};

export type WireFace = WireFeatures &
  WireBox & {
    readonly galleries: readonly string[];
    readonly id: number;
    readonly meta: string;
    /** Not in v0. */
    readonly person_id?: number;
    readonly photo: string;
    readonly photo_hash: string;
    readonly timestamp: string;
  };

export function toWireBox({ x, y, width, height }: Box): WireBox {
  return {
    x1: Math.max(0, Math.round(x)),
    x2: Math.max(0, Math.round(x + width)),
    y1: Math.max(0, Math.round(y)),
    y2: Math.max(0, Math.round(y + height)),
  };
}

/** `"[x1, y1, x2, y2]"`, as identify's answer names a face. */
export function boxKey(box: Box): string {
  const { x1, y1, x2, y2 } = toWireBox(box);
  return `[${x1}, ${y1}, ${x2}, ${y2}]`;
}

const emotionNames: Readonly<Record<Emotion, string>> = {
  neutral: 'neutral',
  happy: 'happy',
  sad: 'sad',
  angry: 'angry',
  fearful: 'fear',
  disgusted: 'disgust',
  surprised: 'surprise',
};

/** So many of the emotions are told, the strongest first. */
const toldEmotions = 2;

export function toWireFeatures({ age, emotion, gender }: AnalysedFace['attributes']): WireFeatures {
  const emotions = Object.entries(emotion ?? {}) as [Emotion, number][];
  const strongest = emotions.sort(([, one], [, other]) => other - one).slice(0, toldEmotions);
  return {
    ...(age && { age: Math.round(age.years) }),
    ...(emotion && { emotions: strongest.map(([name]) => emotionNames[name]) }),
    ...(gender && { gender: gender.value }),
  };
}

/** UTC without saying so, with six digits. */
export function toWireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000`;
}
