import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type {
  LeftReference,
  Switched,
  SwitchWish,
  TemplateModels,
} from '../../../../domain/ports/template-models.ts';
import { Pace } from '../../../../primitives/pace.ts';
import { templateIds, templateModel } from '../disk/codecs.ts';
import { numberAt, numberBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import { stateKey } from '../disk/tables.ts';
import { CropWalk, type EmbedParts } from './embed-crops.ts';
import { isToBePlaced, nextToPlace, placeSome } from './place-templates.ts';

export type SwitchParts = EmbedParts & {
  /** Resolves when the finder has all that is stored. */
  readonly loaded: () => Promise<void>;
};

const keysAtOnce = 256;
const sliceMs = 3;

/**
 * Changes the model of the templates in LMDB: those that are to come lie in a table of their own and in an arena of their
 * own. One write decides that they are searched; after it each takes the place of the former one. What is cut short before
 * that write goes on with what is there; after it, the next start does the rest.
 */
export class LmdbTemplateModels implements TemplateModels {
  readonly #parts: SwitchParts;
  #serving: string | undefined;

  constructor(parts: SwitchParts) {
    this.#parts = parts;
    this.#serving = parts.tables.meta.get(stateKey)?.embedding;
  }

  serving(): string | undefined {
    return this.#serving;
  }

  async switchTo(wish: SwitchWish): Promise<Switched> {
    await this.#parts.loaded();
    await this.#endFormer(wish.signal);
    const walk = new CropWalk(this.#parts, wish);
    do await walk.run();
    while (!(await this.#decide(walk, wish.modelId)));
    if (wish.graceMs > 0) await delay(wish.graceMs, undefined, { signal: wish.signal });
    await this.#placeAll(wish.modelId, wish.signal);
    return { embedded: walk.embedded, left: await this.#countLeft() };
  }

  async discard(): Promise<void> {
    const { tables, writer } = this.#parts;
    for (;;) {
      const keys = nextToPlace(tables);
      if (keys.length === 0) return;
      await writer.commit(({ after }) => {
        const made = keys.flatMap((key) => {
          const next = readable(() => tables.nextTemplates.get(key));
          return next ? [{ number: numberAt(key), modelId: next.modelId }] : [];
        });
        const gone = made.filter(({ modelId }) => modelId !== this.#serving);
        // Where the change was decided it is to come to its end.
        for (const each of [...gone, ...placeSome(tables, this.#serving, keys)])
          after.push({ kind: 'row-outdated', ...each });
      });
    }
  }

  async listLeft({ after, limit }: Parameters<TemplateModels['listLeft']>[0]): Promise<LeftReference[]> {
    const left: LeftReference[] = [];
    for await (const each of this.#left(after)) {
      if (left.length === limit) break;
      left.push(each);
    }
    return left;
  }

  /** Whether the write was made: only when every reference was met. */
  async #decide(walk: CropWalk, modelId: string): Promise<boolean> {
    const { result } = await this.#parts.writer.commit((ledger) => {
      if (!walk.isAtEnd) return false;
      ledger.serveModel(modelId);
      return true;
    });
    if (result) this.#serving = modelId;
    return result;
  }

  /** A change that was decided and cut short comes to its end first: its templates are searched, and lie where this one's will. */
  async #endFormer(signal: AbortSignal): Promise<void> {
    const modelId = this.#serving;
    if (modelId !== undefined && (await isToBePlaced(this.#parts.tables, modelId)))
      await this.#placeAll(modelId, signal);
  }

  async #placeAll(modelId: string, signal: AbortSignal): Promise<void> {
    const { tables, writer } = this.#parts;
    for (;;) {
      signal.throwIfAborted();
      const keys = nextToPlace(tables);
      if (keys.length === 0) return;
      await writer.commit(({ after }) => {
        for (const replaced of placeSome(tables, modelId, keys))
          after.push({ kind: 'row-outdated', ...replaced });
      });
      await nextTurn();
    }
  }

  async #countLeft(): Promise<number> {
    let count = 0;
    for await (const _ of this.#left()) count++;
    return count;
  }

  async *#left(from = 0): AsyncIterable<LeftReference> {
    const { templates } = this.#parts.tables;
    const modelId = this.#serving;
    const pace = new Pace(sliceMs);
    for (let after = numberBytes(from); modelId !== undefined; ) {
      const keys = [...templates.keys({ after, limit: keysAtOnce })];
      for (const key of keys) {
        const ids = readable(() =>
          templates.look(key, (payload) =>
            templateModel(payload) === modelId ? undefined : templateIds(payload),
          ),
        );
        if (ids) yield { number: numberAt(key), ...ids };
        if (pace.isOver) await pace.rest();
      }
      if (keys.length < keysAtOnce) return;
      after = keys.at(-1)!;
    }
  }
}
