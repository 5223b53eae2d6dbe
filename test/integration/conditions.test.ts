import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Condition, conditionAttributes, findConditions } from '../../src/domain/face-conditions.ts';
import type { Analyser } from '../../src/domain/ports/analyser.ts';
import { checkFace } from '../../src/services/face-check.ts';
import { modelsFolder, openBenchAnalyser } from '../bench/ostiary/bench-analyser.ts';
import { closedLids, covers } from '../fixtures/conditions/covers.ts';
import { onScreen } from '../fixtures/conditions/imitations.ts';
import {
  closeUp,
  cutAway,
  type LocatedShot,
  oneOfGroup,
  shrunk,
  sideBySide,
  tilted,
} from '../fixtures/conditions/shots.ts';
import { emptyRoom, group, type SampleNumber } from '../harness/photographs.ts';
import { openTestVision } from '../harness/vision.ts';

const facesFolder = process.env.OSTIARY_FACES_DIR;

let analyser: Analyser;
beforeAll(async () => {
  analyser = await openBenchAnalyser();
});
afterAll(() => analyser[Symbol.asyncDispose]());

const look = { faces: 'detect', maxFaces: 0, embed: false, crop: false } as const;

async function conditionsOf(picture: Uint8Array): Promise<Condition[]> {
  return findConditions(await analyser.analyse({ ...look, picture, attributes: conditionAttributes }));
}

const woman = (sample: SampleNumber, place: number) => oneOfGroup(analyser, sample, place);

/** Women who look at the camera. */
const good: readonly (readonly [SampleNumber, number])[] = [
  ...([1, 2] as const).map((place) => [3, place] as const),
  ...([1, 3, 4] as const).map((place) => [5, place] as const),
  ...([0, 1, 2, 3] as const).map((place) => [6, place] as const),
];

describe('a good picture', () => {
  it.each(good)('meets no condition (sample %i, face %i)', async (sample, place) => {
    const { picture } = await woman(sample, place);
    expect(await conditionsOf(picture)).toEqual([]);
  });
});

describe('a spoilt picture', () => {
  let shots: LocatedShot[];
  beforeAll(async () => {
    shots = [];
    for (const [sample, place] of [
      [3, 2],
      [5, 1],
      [6, 0],
      [6, 2],
    ] as const) {
      shots.push(await woman(sample, place));
    }
  });

  /** The conditions of each shot, spoilt. */
  async function spoil(how: (shot: LocatedShot) => Promise<Uint8Array>): Promise<Condition[][]> {
    const met: Condition[][] = [];
    for (const shot of shots) met.push(await conditionsOf(await how(shot)));
    return met;
  }

  it('without a face says so', async () => {
    expect(await conditionsOf(await emptyRoom())).toEqual(['no-face']);
  });

  it('with two people says so', async () => {
    const [one, other] = shots;
    expect(await conditionsOf(await sideBySide(one!.picture, other!.picture))).toEqual(['several-faces']);
    expect(await conditionsOf(group(6))).toContain('several-faces');
  });

  it.each(['left', 'right', 'top', 'bottom'] as const)('cut on the %s is cut off', async (side) => {
    for (const share of [0.1, 0.25]) {
      for (const met of await spoil((shot) => cutAway(shot, side, share))) expect(met[0]).toBe('cut-off');
    }
  });

  it('with the face at its edge is near the border', async () => {
    for (const met of await spoil((shot) => cutAway(shot, 'left', -0.05))) {
      expect(met).toContain('near-border');
      expect(met).not.toContain('cut-off');
    }
  });

  it('that the face fills is too close', async () => {
    for (const met of await spoil((shot) => closeUp(shot, 0.04))) expect(met).toContain('too-close');
  });

  it('of a small face says so', async () => {
    for (const met of await spoil((shot) => shrunk(shot, 60))) expect(met).toEqual(['too-small']);
  });

  it.each([-50, 50])('turned by %i degrees shows a head that is tilted too far', async (degrees) => {
    for (const met of await spoil(({ picture }) => tilted(picture, degrees))) expect(met).toContain('turned');
  });

  it('of a head turned away shows one that is turned too far', async () => {
    for (const [sample, place] of [
      [1, 0],
      [2, 0],
      [5, 2],
    ] as const) {
      expect(await conditionsOf((await woman(sample, place)).picture)).toContain('turned');
    }
  });

  it.each(Object.entries(covers).filter(([what]) => what !== 'a striped scarf'))(
    'with %s over the face is covered',
    async (_what, cover) => {
      for (const met of await spoil(cover)) expect(met).toContain('covered');
    },
  );

  it('with closed lids has closed eyes', async () => {
    for (const met of await spoil(closedLids)) expect(met).toContain('eyes-closed');
  });

  it('of people who look down or laugh with closed eyes has closed eyes', async () => {
    for (const [sample, place] of [
      [1, 1],
      [2, 2],
    ] as const) {
      expect(await conditionsOf((await woman(sample, place)).picture)).toContain('eyes-closed');
    }
  });
});

describe('liveness', () => {
  it('is an error without its network, never a pass', async () => {
    await using vision = await openTestVision();
    const { picture } = await woman(6, 0);
    const check = (liveness: boolean) =>
      checkFace(vision, { picture, liveness }, new AbortController().signal);
    await expect(check(true)).rejects.toMatchObject({ code: 'model-missing' });
    expect((await check(false)).conditions).toEqual([]);
  });

  describe.skipIf(!modelsFolder())('with its network (OSTIARY_MODELS_DIR)', () => {
    const isLive = async (picture: Uint8Array): Promise<boolean> => {
      const attributes = [...conditionAttributes, 'liveness'] as const;
      return !findConditions(await analyser.analyse({ ...look, picture, attributes })).includes('not-live');
    };

    async function countLive(imitate: (picture: Uint8Array) => Promise<Uint8Array>): Promise<number> {
      let live = 0;
      for (const [sample, place] of good) {
        if (await isLive(await imitate((await woman(sample, place)).picture))) live += 1;
      }
      return live;
    }

    it('takes photographs of people for people', async () => {
      expect(await countLive(async (picture) => picture)).toBe(good.length);
    });

    it('takes imitated screens, their places large enough to be seen, for what they are', async () => {
      expect(await countLive((picture) => onScreen(picture, 480))).toBe(0);
    });
  });
});

describe.skipIf(!modelsFolder())('masks (OSTIARY_MODELS_DIR)', () => {
  const isMasked = async (picture: Uint8Array): Promise<boolean | undefined> => {
    const { faces } = await analyser.analyse({ ...look, picture, attributes: ['mask'] });
    return faces[0]?.attributes.mask?.worn;
  };

  it('are seen where they are, and not on bare faces', async () => {
    const worn: (boolean | undefined)[] = [];
    const bare: (boolean | undefined)[] = [];
    for (const [sample, place] of good) {
      const shot = await woman(sample, place);
      bare.push(await isMasked(shot.picture));
      for (const kind of ['a pale mask', 'a black mask'] as const) {
        worn.push(await isMasked(await covers[kind](shot)));
      }
    }
    expect(bare).toEqual(good.map(() => false));
    expect(worn.filter((seen) => !seen)).toEqual([]);
  });
});

describe.skipIf(!facesFolder)('labelled photographs (OSTIARY_FACES_DIR)', () => {
  const read = (path: string): Uint8Array => readFileSync(`${facesFolder}/${path}`);
  const portraits = facesFolder
    ? [
        ...readdirSync(`${facesFolder}/group`)
          .filter((name) => /^00[1-9]_/.test(name))
          .map((name) => `group/${name}`),
        ...readdirSync(`${facesFolder}/people`)
          .filter((name) => name.startsWith('train-'))
          .map((name) => `people/${name}`),
      ]
    : [];

  it.each(portraits)('%s meets no condition but smallness', async (path) => {
    expect((await conditionsOf(read(path))).filter((condition) => condition !== 'too-small')).toEqual([]);
  });

  it.each(['test-obama_partial_face.jpg', 'test-obama_partial_face2.jpg'])('%s is cut off', async (name) => {
    expect(await conditionsOf(read(`people/${name}`))).toEqual(['cut-off']);
  });

  it('finds hardly a covered face or closed eyes among the 46 but where they are', async () => {
    const alarms: string[] = [];
    for (const name of readdirSync(`${facesFolder}/group`).filter((file) => file.endsWith('.jpg'))) {
      const picture = await analyser.analyse({
        ...look,
        picture: read(`group/${name}`),
        attributes: conditionAttributes,
      });
      for (const [place, face] of picture.faces.entries()) {
        const met = findConditions({ ...picture, faces: [face] });
        if (met.includes('turned')) continue;
        for (const condition of ['covered', 'eyes-closed'] as const) {
          if (met.includes(condition)) alarms.push(`${condition}: ${name} ${place}`);
        }
      }
    }
    // The first wears sunglasses, the other laughs with her eyes shut.
    expect(alarms).toEqual(['covered: 000_5.jpg 3', 'eyes-closed: 010_2.jpg 0']);
  });
});
