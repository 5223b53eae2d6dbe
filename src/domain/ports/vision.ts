import type { AnalysedPicture, Attribute, FaceCrop, Template } from '../face.ts';

/** Doors and cameras go before people who wait, these before background work. */
export const priorities = ['door', 'interactive', 'background'] as const;
export type Priority = (typeof priorities)[number];

export type AnalyseRequest = {
  /** The encoded picture (jpeg, png, webp, gif, tiff, bmp, ico, avif). */
  readonly picture: Uint8Array;
  readonly priority: Priority;
  /** `detect` looks for faces; `whole` takes the picture itself as one upright face crop. */
  readonly faces: 'detect' | 'whole';
  /**
   * Faces under this detector score are left out; the catalogue's threshold when absent. 0 to 1; values under .1 count
   * as .1.
   */
  readonly minDetectorScore?: number;
  /** Only the so many largest faces are aligned, embedded and described; 0 is all, up to 500. */
  readonly maxFaces: number;
  /** Whether a template is made for each face. */
  readonly embed: boolean;
  /**
   * Whether the model-neutral crop is made for each face. With it the template is made from the crop as decoded
   * again, so that the stored crop gives the same template at any later time.
   */
  readonly crop: boolean;
  /** Whether each face brings a small picture of its own, to be looked at; not when absent. */
  readonly thumb?: boolean;
  /** Whether the picture itself comes back small, to be kept in its own place; not when absent. */
  readonly thumbnail?: boolean;
  readonly attributes: readonly Attribute[];
  /** The catalogue's network that makes the templates; the profile's when absent. */
  readonly embedding?: string;
};

/** How a stored crop is embedded; `embedding` as in `AnalyseRequest`. */
export type EmbedWish = Pick<AnalyseRequest, 'priority' | 'embedding'>;

export type VisionStatus = {
  readonly state: 'starting' | 'ready' | 'restarting' | 'stopped';
  readonly restarts: number;
  readonly queued: number;
  readonly running: number;
  readonly rssBytes: number;
  /** Absent until vision was ready once. */
  readonly models?: VisionModels;
};

/** What the running vision has loaded. */
export type VisionModels = {
  readonly detector: string;
  readonly embedding: { readonly id: string; readonly dimensions: number };
  readonly attributes: readonly Attribute[];
};

/**
 * Everything that touches foreign bytes: decodes pictures, finds, aligns, embeds and describes faces.
 *
 * Rejects with `picture-unreadable`, `too-large` (more pixels than allowed), `overloaded` (the queue is full; nothing
 * was done), `vision-down` (the process died or hangs and is being restarted), `cancelled` (the signal fired: the place
 * in the queue is free at once), `model-missing` (an attribute without its network, or an
 * embedding network that is not there).
 * Results do not depend on what else is being analysed.
 */
export interface Vision extends AsyncDisposable {
  analyse(request: AnalyseRequest, signal?: AbortSignal): Promise<AnalysedPicture>;
  /** The template of a stored crop: the same as was made when the crop was, bit for bit. */
  embedCrop(crop: FaceCrop, wish: EmbedWish, signal?: AbortSignal): Promise<Template>;
  status(): VisionStatus;
  /** Resolves when requests are answered, or rejects when the signal fires first. */
  ready(signal?: AbortSignal): Promise<VisionModels>;
}
