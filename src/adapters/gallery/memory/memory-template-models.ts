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

  constructor(records: MemoryRecords) {
    this.#records = records;
  }

  serving(): string | undefined {
    return this.#records.serving;
  }

  async switchTo({ modelId, embed, signal, onProgress }: SwitchWish): Promise<Switched> {
    const made = new Map<Uuid, Template | undefined>();
    for (;;) {
      const next = this.#others(modelId).find(({ id, crop }) => crop && !made.has(id));
      if (!next) break;
      signal.throwIfAborted();
      made.set(next.id, await embed(next.crop!, signal));
      await onProgress({ done: made.size, total: this.#records.held.length });
    }
    const before = this.#others(modelId).length;
    this.#records.held = this.#records.held.map((held) => {
      const template = made.get(held.reference.id);
      if (!template) return held;
      this.#records.dimensions.set(modelId, template.vector.length);
      return { ...held, reference: { ...held.reference, template } };
    });
    this.#records.serving = modelId;
    const left = this.#others(modelId).length;
    return { embedded: before - left, left };
  }

  async discard(): Promise<void> {
    // Nothing is kept before a change comes to its end.
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

  #others(modelId: string): Reference[] {
    return this.#records.held
      .map(({ reference }) => reference)
      .filter(({ template }) => template.modelId !== modelId);
  }
}
