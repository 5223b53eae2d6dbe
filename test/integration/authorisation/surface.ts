import type { Reach, Right } from '../../../src/domain/credential.ts';
import type { Dialect } from '../../../src/http/dialect.ts';
import type { TestServices } from '../../harness/app.ts';
import type { Call, Reply } from '../../harness/http-client.ts';
import type { Material } from './material.ts';

/** A request without its credential. */
export type Sample = Call & {
  readonly path: string;
  /** What comes of it: 200 when absent. */
  readonly status?: number;
  /** What comes of it with a credential that reaches another collection only: a refusal, or an answer about that one. */
  readonly elsewhere: number;
  /** When only a credential that reaches all collections may. */
  readonly reach?: 'all';
};

export type Wish = { readonly right: Right; readonly reach: Reach; readonly expiresAtMs?: number };

/** What a client shows, and how: added to a sample. */
export type Shown = { readonly id: string; readonly show: (sample: Sample) => Sample };

/** A dialect's forms of saying no; each is compared with status and body, `expect` matchers included. */
type Refusal = { readonly status: number; readonly body: unknown };

/** What the matrix must know of a dialect; all else it learns from its routes. */
export type Surface = {
  readonly open: (services: TestServices) => Dialect;
  /** A credential that is good for a route, and how it is shown. */
  readonly issue: (services: TestServices, wish: Wish, route: string) => Promise<Shown>;
  /** A credential of the right form that nobody has. */
  readonly guess: (sample: Sample) => Sample;
  /** How the dialect shows what is another's secret. */
  readonly showForeign: (secret: string, sample: Sample) => Sample;
  /** Whether the vendor's own way is to take this mistake in a request. */
  readonly forgives?: (mistake: string, route: string) => boolean;
  /** Whether this is a refusal although its status is a good one. */
  readonly refusesWell?: (reply: Reply) => boolean;
  /** Texts of the vendor's that name no part of the request, and which parts they are about. */
  readonly ownTexts?: readonly { readonly says: RegExp; readonly about: 'all' | readonly string[] }[];
  /** Whether the vendor refuses what cannot be read at all without a word. */
  readonly isSilent?: boolean;
  readonly refusals: {
    readonly none: (route: string) => Refusal;
    readonly unknown: (route: string) => Refusal;
    readonly forbidden: (route: string) => Refusal;
    readonly tooMany: (route: string) => Refusal;
  };
  /** One for each route that needs a right, by `POST /path`. Made for a gallery that has what `Material` tells. */
  readonly samples: Readonly<Record<string, (material: Material) => Sample>>;
};

export function bodyOf({ json, bytes }: Reply): unknown {
  return json ?? bytes.toString();
}
