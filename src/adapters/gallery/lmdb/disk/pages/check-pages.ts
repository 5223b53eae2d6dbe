import { type FileHandle, open } from 'node:fs/promises';
import { type Head, pageSize, readHead } from '../file-head.ts';
import { freePagesOf } from './free-pages.ts';
import {
  type LeafNode,
  PageFlaw,
  type PageLimits,
  pageHeaderBytes,
  readPage,
  readTree,
  type Tree,
} from './page.ts';
import { type NumberedPage, pagesOf } from './page-reader.ts';

/** A page that is not what LMDB has written. */
export type DamagedPage = {
  /** The table, `tables` for the list of them, or `free pages` for the list of those that may be written to. */
  readonly table: string;
  readonly page: number;
  readonly reason: string;
  /** Whether LMDB may end the process over it, or destroy other pages; else it only refuses to read. */
  readonly isDangerous: boolean;
};

type NamedTree = { readonly table: string; readonly tree: Tree; readonly records: 'all' | 'links' };
type Take = (node: LeafNode, page: Buffer) => void;

const listOfTables = 'tables';
const freePages = 'free pages';

/**
 * Looks at every page that the last commit of an LMDB file has in its trees, without LMDB; what values say is not looked
 * at. Nobody may write to the file, or a snapshot has to be held. Its head must be sound (`checkHead`).
 */
export async function checkPages(path: string): Promise<DamagedPage[]> {
  await using file = await open(path, 'r');
  const head = await readHead(file);
  return head ? await new Check(file, head).run() : [];
}

class Check {
  readonly #file: FileHandle;
  readonly #head: Head;
  readonly #limits: PageLimits;
  readonly #damaged: DamagedPage[] = [];
  /** A byte a page: whether something is on it. */
  readonly #used: Uint8Array;

  constructor(file: FileHandle, head: Head) {
    this.#file = file;
    this.#head = head;
    const last = Number(head.lastPage);
    this.#limits = { pageSize, count: Math.min(head.pages, last + 1), last, commit: head.commit };
    this.#used = new Uint8Array(last + 1);
  }

  async run(): Promise<DamagedPage[]> {
    const { tables, free } = this.#head.trees;
    const named: NamedTree[] = [];
    await this.#walkAt(tables, listOfTables, (node) => {
      if (node.kind !== 'tree' || !node.tree) return;
      // LMDB ends a name with a NUL.
      const table = node.key.toString('utf8', 0, node.key.length - 1);
      named.push({ table, tree: node.tree, records: 'links' });
    });
    for (const each of named) await this.#walk(each, (node) => this.#claimValue(node));
    const lists: Promise<Buffer>[] = [];
    await this.#walkAt(free, freePages, (node, page) => {
      this.#claimValue(node);
      lists.push(this.#valueOf(node, page));
    });
    for (const list of await Promise.all(lists)) this.#note(freePages, 0, () => this.#claimFree(list));
    return this.#damaged;
  }

  async #walkAt(bytes: Buffer, table: string, take: Take): Promise<void> {
    const tree = this.#note(table, 0, () => readTree(bytes, 0, this.#limits));
    if (tree) await this.#walk({ table, tree, records: 'all' }, take);
  }

  /** Level by level, so that pages are read in the order of the file. */
  async #walk(named: NamedTree, take: Take): Promise<void> {
    const { table, tree } = named;
    const before = this.#damaged.length;
    let entries = 0;
    let level = [tree.root];
    for (let depth = 1; level.length > 0; depth++) {
      const next: number[] = [];
      for await (const pages of pagesOf(this.#file, pageSize, level)) {
        for (const page of pages)
          this.#note(table, page.number, () => {
            const { children, records } = this.#visit(named, { page, depth, take });
            for (const child of children) next.push(child);
            entries += records;
          });
      }
      level = next;
    }
    if (this.#damaged.length > before || entries === tree.entries) return;
    this.#note(table, tree.root, () => {
      throw new PageFlaw('the tree tells a wrong number of records', 'refused');
    });
  }

  #visit(
    { tree, records }: NamedTree,
    { page: { number, bytes }, depth, take }: { page: NumberedPage; depth: number; take: Take },
  ): { children: readonly number[]; records: number } {
    this.#claim(number, 1);
    const page = readPage(bytes, number, { ...this.#limits, records });
    if ((page.kind === 'leaf') !== (depth === tree.depth)) throw new PageFlaw('it lies too high or too low');
    if (page.kind === 'branch') return { children: page.children, records: 0 };
    for (const node of page.nodes) take(node, bytes);
    return { children: [], records: page.entries };
  }

  #claimValue(node: LeafNode): void {
    if (node.kind === 'away') this.#claim(node.page, node.pages);
  }

  #claimFree(list: Buffer): void {
    for (const { first, count } of freePagesOf(list, this.#limits)) this.#claim(first, count);
  }

  #claim(first: number, count: number): void {
    for (let page = first; page < first + count; page++) {
      if (this.#used[page]) throw new PageFlaw(`page ${page} is used twice`);
      this.#used[page] = 1;
    }
  }

  async #valueOf(node: LeafNode, page: Buffer): Promise<Buffer> {
    if (node.kind === 'here') return Buffer.from(page.subarray(node.at, node.at + node.bytes));
    if (node.kind === 'tree') return Buffer.alloc(0);
    const at = node.page * pageSize + pageHeaderBytes;
    return (await this.#file.read(Buffer.alloc(node.bytes), 0, node.bytes, at)).buffer;
  }

  #note<R>(table: string, page: number, work: () => R): R | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PageFlaw)) throw error;
      const { message: reason, isDangerous } = error;
      this.#damaged.push({ table, page, reason, isDangerous });
      return undefined;
    }
  }
}
