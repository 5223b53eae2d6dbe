import { PageFlaw, type PageLimits } from './page.ts';

export type PageRange = { readonly first: number; readonly count: number };

const firstOfAll = 2n;

/**
 * The pages in a list of free ones, as lmdb's `MDB_IDL` has them: how many numbers follow, then page numbers, each preceded
 * by −n where n pages from there on are meant; 0 is a gap. Throws `PageFlaw`.
 */
export function freePagesOf(list: Buffer, { last }: Pick<PageLimits, 'last'>): PageRange[] {
  const flaw = () => new PageFlaw('a list of free pages is impossible');
  const length = list.length < 8 ? Number.NaN : Number(list.readBigUInt64LE(0));
  if (!((length + 1) * 8 <= list.length)) throw flaw();
  const ranges: PageRange[] = [];
  for (let index = 1; index <= length; index++) {
    const entry = list.readBigInt64LE(index * 8);
    if (entry === 0n) continue;
    const count = entry < 0n ? -entry : 1n;
    if (entry < 0n && ++index > length) throw flaw();
    const first = list.readBigInt64LE(index * 8);
    if (first < firstOfAll || first + count > BigInt(last) + 1n) throw flaw();
    ranges.push({ first: Number(first), count: Number(count) });
  }
  return ranges;
}
