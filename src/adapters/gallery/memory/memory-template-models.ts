import type { Template } from '../../../domain/face.ts';
import type { Reference, Uuid } from '../../../domain/gallery.ts';
import type {
  LeftReference,
  Switched,
  SwitchWish,
  TemplateModels,
} from '../../../domain/ports/template-models.ts';
import type { MemoryRecords } from './memory-records.ts';

/** Changes the model of the templates that a gallery in memory holds. */
export class MemoryTemplateModels implements TemplateModels {
  readonly #records: MemoryRecords;
  /** Templates of a change that did not come to its end, by reference. */
  readonly #made = new Map<Uuid, Template>();

  constructor(records: MemoryRecords) {
    this.#records = records;
  }

  serving(): string | undefined {
    return this.#records.serving;
  }

  async switchTo(wish: SwitchWish): Promise<Switched> {
    const { modelId } = wish;
    for (const [id, template] of this.#made) if (template.modelId !== modelId) this.#made.delete(id);
    const embedded = await this.#embedAll(wish);
    this.#records.held = this.#records.held.map((held) => {
      const template = this.#made.get(held.reference.id);
      if (!template) return held;
      this.#records.dimensions.set(modelId, template.vector.length);
      return { ...held, reference: { ...held.reference, template } };
    });
    this.#made.clear();
    this.#records.serving = modelId;
    return { embedded, left: this.#others(modelId).length };
  }

  async discard(): Promise<void> {
    this.#made.clear();
  }

  async listLeft({ after = 0, limit }: Parameters<TemplateModels['listLeft']>[0]): Promise<LeftReference[]> {
    const { serving } = this.#records;
    if (serving === undefined) return [];
    return this.#others(serving)
      .filter(({ number }) => number > after)
      .sort((one, other) => one.number - other.number)
      .slice(0, limit)
      .map(({ number, id: referenceId, personId, collectionId }) => ({
        number,
        referenceId,
        personId,
        collectionId,
      }));
  }

  /** Goes on until every reference was met, and tells how many templates were made. */
  async #embedAll({ modelId, embed, signal, onProgress }: SwitchWish): Promise<number> {
    const met = new Set(this.#made.keys());
    let embedded = 0;
    for (;;) {
      const next = this.#others(modelId).find(({ id, crop }) => crop && !met.has(id));
      if (!next) return embedded;
      signal.throwIfAborted();
      met.add(next.id);
      const template = await embed(next.crop!, signal);
      // Whoever has left meanwhile leaves nothing behind.
      if (template && this.#others(modelId).some(({ id }) => id === next.id)) {
        this.#made.set(next.id, template);
        embedded++;
      }
      await onProgress({ done: met.size, total: this.#records.held.length });
    }
  }

  #others(modelId: string): Reference[] {
    return this.#records.held
      .map(({ reference }) => reference)
      .filter(({ template }) => template.modelId !== modelId);
  }
}
