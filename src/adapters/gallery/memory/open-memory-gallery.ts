import { randomBytes } from 'node:crypto';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import { MemoryGallery } from './memory-gallery.ts';
import { MemoryRecords } from './memory-records.ts';

export type MemoryGalleryOptions = {
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly nowMs?: () => number;
  /** Gives each id once; UUIDs of version 1 when absent. */
  readonly nextId?: () => Uuid;
};

/** A gallery that lasts as long as the process: plain lists, every question answered by looking at all of them. */
export function openMemoryGallery(options: MemoryGalleryOptions = {}): Gallery {
  const nowMs = options.nowMs ?? Date.now;
  return new MemoryGallery(new MemoryRecords(nowMs, options.nextId ?? createIdSource(nowMs, randomBytes)));
}
