import type { Condition } from '../../../src/domain/face-conditions.ts';
import { closedLids, covers } from '../../fixtures/conditions/covers.ts';
import { onPaper, onScreen } from '../../fixtures/conditions/imitations.ts';
import { closeUp, cutAway, type LocatedShot, shrunk, tilted } from '../../fixtures/conditions/shots.ts';

/** A way to spoil a good picture of one person, and the condition that it must meet afterwards. */
export type Spoiler = {
  readonly what: string;
  readonly condition: Condition;
  readonly spoil: (shot: LocatedShot) => Promise<Uint8Array>;
};

const cuts = (['left', 'right', 'top', 'bottom'] as const).flatMap((side) =>
  [0.1, 0.25].map(
    (share): Spoiler => ({
      what: `a box cut by ${100 * share} % on the ${side}`,
      condition: 'cut-off',
      spoil: (shot) => cutAway(shot, side, share),
    }),
  ),
);

const covered = Object.entries(covers).map(
  ([what, spoil]): Spoiler => ({ what, condition: 'covered', spoil }),
);

const places = [480, 640];
const imitations = [
  ...places.map(
    (across): Spoiler => ({
      what: `an imitated screen, ${across} places across`,
      condition: 'not-live',
      spoil: ({ picture }) => onScreen(picture, across),
    }),
  ),
  {
    what: 'an imitated print',
    condition: 'not-live',
    spoil: ({ picture }: LocatedShot) => onPaper(picture),
  } as const,
];

/** Imitations of attacks only where a network can judge them. */
export function spoilers(judgesLiveness: boolean): readonly Spoiler[] {
  return [
    ...cuts,
    { what: 'a face that fills the picture', condition: 'too-close', spoil: (shot) => closeUp(shot, 0.08) },
    { what: 'a face at the border', condition: 'near-border', spoil: (shot) => cutAway(shot, 'left', -0.03) },
    { what: 'a face of 60 pixels', condition: 'too-small', spoil: (shot) => shrunk(shot, 60) },
    { what: 'a tilt of 45°', condition: 'turned', spoil: ({ picture }) => tilted(picture, 45) },
    ...covered,
    { what: 'drawn lids', condition: 'eyes-closed', spoil: closedLids },
    ...(judgesLiveness ? imitations : []),
  ];
}
