/**
 * LMDB's pages as they lie in a file: the layout of `MDB_page`, `MDB_node`, `MDB_ovpage` and `MDB_db` in LMDB's mdb.c on
 * machines of 64 bits, little end first. LMDB itself trusts what it reads: it follows offsets out of the page and the map.
 */

export type PageLimits = {
  readonly pageSize: number;
  /** Pages in the file. */
  readonly count: number;
  /** The highest number that LMDB does not refuse to read, be it in the file or not. */
  readonly last: number;
  /** No page was written by a later one. */
  readonly commit: bigint;
};

export type Tree = { readonly root: number; readonly depth: number; readonly entries: number };

/** A record of a leaf; `at` is where its data begin in the page. */
export type LeafNode = { readonly key: Buffer } & (
  | { readonly kind: 'here'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'tree'; readonly tree: Tree | undefined }
  /** The value has pages of its own. */
  | { readonly kind: 'away'; readonly page: number; readonly pages: number; readonly bytes: number }
);
export type Page =
  | { readonly kind: 'branch'; readonly children: readonly number[] }
  | { readonly kind: 'leaf'; readonly entries: number; readonly nodes: readonly LeafNode[] };

/** Why a page is not what LMDB has written. */
export class PageFlaw extends Error {
  override readonly name = 'PageFlaw';
  /** Whether LMDB may end the process over it, or destroy other pages; else it only refuses to read. */
  readonly isDangerous: boolean;

  constructor(reason: string, danger: 'dangerous' | 'refused' = 'dangerous') {
    super(reason);
    this.isDangerous = danger === 'dangerous';
  }
}

export const pageHeaderBytes = 24;
const nodeHeaderBytes = 8;
const awayBytes = 24;
const treeBytes = 48;
const branchFlag = 0x01;
const leafFlag = 0x02;
const awayFlag = 0x01;
const treeFlag = 0x02;
const mostLevels = 32;
const noPage = 2n ** 64n - 1n;

/**
 * Checks all in a page that LMDB would follow, and reads it: of a leaf all records, or only those that say where more
 * pages are. Throws `PageFlaw`. The page must begin at an even address.
 */
export function readPage(
  bytes: Buffer,
  number: number,
  limits: PageLimits & { readonly records: 'all' | 'links' },
): Page {
  const flags = bytes.readUInt16LE(18);
  // LMDB looks for these two bits alone.
  if (flags !== branchFlag && flags !== leafFlag)
    throw new PageFlaw('it is neither a branch nor a leaf', (flags & 3) === 0 ? 'refused' : 'dangerous');
  if (bytes.readBigUInt64LE(0) !== BigInt(number)) throw new PageFlaw('it has the number of another page');
  if (bytes.readBigUInt64LE(8) > limits.commit) throw new PageFlaw('it is of a commit that never was');
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, limits.pageSize / 2);
  const starts = nodeStarts(halves, limits);
  if (flags === branchFlag) {
    if (starts.length < 2) throw new PageFlaw('it is a branch of less than two pages');
    return { kind: 'branch', children: starts.map((at) => childAt(halves, at, limits)) };
  }
  const nodes: LeafNode[] = [];
  for (const at of starts) {
    const keyEnd = keyEndOf(halves, at);
    const nodeFlags = halves[at / 2 + 2]!;
    const length = halves[at / 2]! + halves[at / 2 + 1]! * 65_536;
    if (keyEnd + (nodeFlags === awayFlag ? awayBytes : length) > limits.pageSize)
      throw new PageFlaw('a value lies outside of it');
    if (nodeFlags === 0 && limits.records === 'links') continue;
    const key = bytes.subarray(at + nodeHeaderBytes, keyEnd);
    nodes.push({ key, ...dataAt(bytes, { at: keyEnd, length, flags: nodeFlags }, limits) });
  }
  return { kind: 'leaf', entries: starts.length, nodes };
}

/** The description of a tree; `undefined` when it is empty. */
export function readTree(bytes: Buffer, at: number, limits: PageLimits): Tree | undefined {
  const root = bytes.readBigUInt64LE(at + 40);
  if (root === noPage) return undefined;
  const depth = bytes.readUInt16LE(at + 6);
  if (root >= limits.count) throw beyond(root, limits);
  if (depth < 1 || depth > mostLevels) throw new PageFlaw('a tree has an impossible depth');
  return { root: Number(root), depth, entries: Number(bytes.readBigUInt64LE(at + 32)) };
}

function beyond(page: number | bigint, { last }: PageLimits): PageFlaw {
  return new PageFlaw('it points beyond the file', page <= last ? 'dangerous' : 'refused');
}

function nodeStarts(halves: Uint16Array, { pageSize }: PageLimits): number[] {
  // Both, and the offsets, count from the end of the page's head.
  const [lower, upper] = [halves[10]!, halves[11]!];
  const most = pageSize - pageHeaderBytes;
  if (lower % 2 !== 0 || lower > upper || upper > most) throw new PageFlaw('its bounds are impossible');
  const starts: number[] = [];
  for (let index = 0; index < lower / 2; index++) {
    const offset = halves[pageHeaderBytes / 2 + index]!;
    const isWhole = offset % 2 === 0 && offset >= upper && offset + nodeHeaderBytes <= most;
    const start = pageHeaderBytes + offset;
    if (!isWhole || keyEndOf(halves, start) > pageSize) throw new PageFlaw('a record lies outside of it');
    starts.push(start);
  }
  return starts;
}

function keyEndOf(halves: Uint16Array, at: number): number {
  return at + nodeHeaderBytes + halves[at / 2 + 3]!;
}

function childAt(halves: Uint16Array, at: number, limits: PageLimits): number {
  const [low, middle, high] = halves.subarray(at / 2, at / 2 + 3) as unknown as [number, number, number];
  const child = low + middle * 2 ** 16 + high * 2 ** 32;
  if (child < limits.count) return child;
  throw beyond(child, limits);
}

type Found = { readonly at: number; readonly length: number; readonly flags: number };
type Data<Node = LeafNode> = Node extends LeafNode ? Omit<Node, 'key'> : never;

function dataAt(bytes: Buffer, { at, length, flags }: Found, limits: PageLimits): Data {
  if (flags === 0) return { kind: 'here', at, bytes: length };
  if (flags === treeFlag && length === treeBytes) return { kind: 'tree', tree: readTree(bytes, at, limits) };
  if (flags !== awayFlag) throw new PageFlaw('a record is of an impossible kind');
  const page = bytes.readBigUInt64LE(at);
  const pages = Math.ceil((pageHeaderBytes + length) / limits.pageSize);
  const isWhole = page + BigInt(pages) <= limits.count && bytes.readBigUInt64LE(at + 16) === BigInt(pages);
  if (!isWhole) throw new PageFlaw('a value lies beyond the file');
  return { kind: 'away', page: Number(page), pages, bytes: length };
}
