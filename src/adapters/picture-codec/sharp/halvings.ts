import type { DecodeLimits } from '../../../domain/ports/picture-codec.ts';

export type Halvings = 0 | 1 | 2 | 3;

/** How often a picture may be halved so that its long side is still enough. */
export function halvingsFor(width: number, height: number, { enoughLongSide }: DecodeLimits): Halvings {
  const fitting = ([3, 2, 1] as const).find(
    (halvings) => Math.max(width, height) / 2 ** halvings >= enoughLongSide,
  );
  return fitting ?? 0;
}
