import { randomBytes, randomUUID } from 'node:crypto';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { ChangeLog } from '../../../domain/ports/change-log.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { TemplateModels } from '../../../domain/ports/template-models.ts';
import { HybridClock } from '../../../primitives/hybrid-clock.ts';
import { MemoryChangeLog } from './memory-change-log.ts';
import { MemoryGallery } from './memory-gallery.ts';
import { MemoryRecords } from './memory-records.ts';
import { MemoryTemplateModels } from './memory-template-models.ts';

export type MemoryGalleryOptions = {
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly nowMs?: () => number;
  /** Gives each id once; UUIDs of version 1 when absent. */
  readonly nextId?: () => Uuid;
};

export type MemoryStore = {
  readonly gallery: Gallery;
  readonly changeLog: ChangeLog;
  readonly templateModels: TemplateModels;
};

/** A gallery that lasts as long as the process: plain lists, every question answered by looking at all of them. */
export function openMemoryStore(options: MemoryGalleryOptions = {}): MemoryStore {
  const nowMs = options.nowMs ?? Date.now;
  const nextId = options.nextId ?? createIdSource(nowMs, randomBytes);
  const device = randomUUID();
  const records = new MemoryRecords({ nowMs, nextId, clock: new HybridClock({ nowMs, device }) });
  return {
    gallery: new MemoryGallery(records),
    changeLog: new MemoryChangeLog(records, device),
    templateModels: new MemoryTemplateModels(records),
  };
}

/** The gallery of `openMemoryStore`. */
export function openMemoryGallery(options?: MemoryGalleryOptions): Gallery {
  return openMemoryStore(options).gallery;
}
