import { AppError } from '../../../../domain/errors.ts';
import type { FaceCrop, Template } from '../../../../domain/face.ts';
import { checkVector } from '../../../../domain/gallery-rules.ts';
import type { SwitchWish } from '../../../../domain/ports/template-models.ts';
import { Pace } from '../../../../primitives/pace.ts';
import type { TemplateRow } from '../disk/codecs.ts';
import { numberAt, numberBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { codeOf } from '../finder/codes.ts';
import type { Finder } from '../finder/finder.ts';
import type { Writer } from '../writing/writer.ts';

export type EmbedParts = { readonly tables: Tables; readonly finder: Finder; readonly writer: Writer };

type Crop = { readonly key: Buffer; readonly referenceId: string; readonly crop: FaceCrop };

/** So many crops wait for vision at a time, and are written together. */
const keysAtOnce = 16;
const sliceMs = 3;
const toldEveryMs = 500;

/** Goes through all references in the order of their enrolment, and gives each a template of another model beside its own. */
export class CropWalk {
  readonly #parts: EmbedParts;
  readonly #wish: SwitchWish;
  readonly #pace = new Pace(sliceMs);
  #after = numberBytes(0);
  #embedded = 0;
  #seen = 0;
  #toldAtMs = 0;

  constructor(parts: EmbedParts, wish: SwitchWish) {
    this.#parts = parts;
    this.#wish = wish;
  }

  get embedded(): number {
    return this.#embedded;
  }

  /** Whether no reference is left that was not met. What this says inside of a write is so. */
  get isAtEnd(): boolean {
    return this.#keys(1).length === 0;
  }

  /** Goes on to the end as it is then. */
  async run(): Promise<void> {
    for (;;) {
      const keys = this.#keys(keysAtOnce);
      if (keys.length === 0) return;
      await this.#embed(keys.flatMap((key) => this.#toEmbed(key)));
      this.#after = keys.at(-1)!;
      this.#seen += keys.length;
      await this.#rest();
    }
  }

  #keys(limit: number): Buffer[] {
    return [...this.#parts.tables.templates.keys({ after: this.#after, limit })];
  }

  /** A template that an earlier call has made is only made known. */
  #toEmbed(key: Buffer): Crop[] {
    const { tables, finder } = this.#parts;
    const { modelId } = this.#wish;
    const row = readable(() => tables.templates.get(key));
    if (!row || row.template.modelId === modelId) return [];
    const next = readable(() => tables.nextTemplates.get(key));
    if (next?.modelId === modelId) {
      const { template: _, ...ids } = row;
      const model = { id: modelId, dimensions: next.vector.length };
      finder.addRow(model, { ...ids, number: numberAt(key), code: codeOf(next.vector) });
      return [];
    }
    const crop = readable(() => tables.crops.get(key));
    return crop ? [{ key, referenceId: row.referenceId, crop }] : [];
  }

  async #embed(crops: readonly Crop[]): Promise<void> {
    const { signal, embed } = this.#wish;
    signal.throwIfAborted();
    if (crops.length === 0) return;
    const made = await Promise.all(
      crops.map(async (each) => ({ ...each, template: await embed(each.crop, signal) })),
    );
    this.#embedded += await this.#keep(made);
  }

  /** Those whose references are still there. */
  async #keep(made: readonly (Crop & { readonly template: Template | undefined })[]): Promise<number> {
    const { tables, writer } = this.#parts;
    const { result } = await writer.commit(({ after }) => {
      let kept = 0;
      for (const { key, referenceId, template } of made) {
        const row = readable(() => tables.templates.get(key));
        if (!template || row?.referenceId !== referenceId) continue;
        this.#put(key, template);
        const beside: TemplateRow = { ...row, template };
        after.push({ kind: 'row', number: numberAt(key), row: beside, code: codeOf(template.vector) });
        kept++;
      }
      return kept;
    });
    return result;
  }

  #put(key: Buffer, template: Template): void {
    const { models, nextTemplates } = this.#parts.tables;
    if (template.modelId !== this.#wish.modelId)
      throw new AppError('internal', 'A template was made by another model than the one that was asked for');
    const model = Buffer.from(template.modelId);
    const dimensions = models.get(model);
    checkVector(template.vector, dimensions);
    if (dimensions === undefined) models.put(model, template.vector.length);
    nextTemplates.put(key, template);
  }

  async #rest(): Promise<void> {
    this.#wish.signal.throwIfAborted();
    if (this.#pace.isOver) await this.#pace.rest();
    if (performance.now() < this.#toldAtMs + toldEveryMs) return;
    this.#toldAtMs = performance.now();
    const total = Math.max(this.#seen, this.#parts.tables.templates.count());
    await this.#wish.onProgress({ done: this.#seen, total });
  }
}
