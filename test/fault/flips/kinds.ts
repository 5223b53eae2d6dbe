/** A whole store of which copies are damaged. */
export type Kind = { readonly name: string; readonly wrappingKey?: Buffer };

export const kinds: readonly Kind[] = [
  { name: 'checked' },
  { name: 'sealed', wrappingKey: Buffer.alloc(32, 7) },
];

export function kindOf(seed: number): Kind {
  return kinds[seed % kinds.length]!;
}
