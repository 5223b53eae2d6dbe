import { describe, expect, it } from 'vitest';
import type { Landmarks5, Point } from '../../../src/domain/geometry.ts';
import { splitPeople } from '../../../src/domain/halves.ts';
import { matchNoses } from '../../bench/accuracy/match-noses.ts';
import { relate, type ScoredFace, scorePairs, scoreProbes } from '../../bench/accuracy/pairs.ts';
import { tarAtFar, thresholdAtFar } from '../../bench/accuracy/rates.ts';

function faceAt(x: number, y: number, size = 100) {
  const nose: Point = [x, y];
  const landmarks: Landmarks5 = [nose, nose, nose, nose, nose];
  return { box: { x: x - size / 2, y: y - size / 2, width: size, height: size }, landmarks };
}

function face(person: string, picture: Partial<ScoredFace['picture']> = {}, vector = [1, 0]): ScoredFace {
  const { exposure = person, collection = 'group' } = picture;
  return { person, picture: { exposure, collection }, vector: new Float32Array(vector) };
}

describe('matching labelled noses with boxes', () => {
  it('gives each nose the box whose own nose is nearest, and each box one nose', () => {
    const [left, right] = [faceAt(100, 100), faceAt(140, 100)];
    expect(
      matchNoses(
        [
          [138, 100],
          [101, 100],
        ],
        [left, right],
      ),
    ).toEqual([right, left]);
    expect(
      matchNoses(
        [
          [100, 100],
          [104, 100],
        ],
        [left],
      ),
    ).toEqual([left, undefined]);
  });

  it('gives a nose outside of all boxes none', () => {
    expect(matchNoses([[151, 100]], [faceAt(100, 100)])).toEqual([undefined]);
  });
});

describe('relating labelled faces', () => {
  it('tells one person in two exposures, two people, and what is not known apart', () => {
    expect(relate(face('a', { exposure: '1' }), face('a', { exposure: '2' }))).toBe('genuine');
    expect(relate(face('a', { exposure: '1' }), face('a', { exposure: '1' }))).toBe('unknown');
    expect(relate(face('a'), face('b'))).toBe('impostor');
    const sample = (person: string, exposure: string) => face(person, { exposure, collection: 'samples' });
    expect(relate(sample('a', '1'), sample('b', '1'))).toBe('impostor');
    expect(relate(sample('a', '1'), sample('b', '2'))).toBe('unknown');
    expect(relate(sample('a', '1'), face('b'))).toBe('impostor');
  });

  it('counts each pair once, a probe never with its own picture, and a face not found as no match', () => {
    const faces = [face('a', { exposure: '1' }), face('a', { exposure: '2' }), face('b', {}, [0, 1])];
    expect(scorePairs(faces)).toEqual({ genuine: [1], impostor: [0, 0] });
    const probes = [{ ...faces[0]!, vector: undefined }, faces[1]!, faces[2]!];
    expect(scoreProbes(probes, faces)).toEqual({ genuine: [-1, 1], impostor: [-1, 0, 0, 0] });
  });
});

describe('rates', () => {
  const impostor = Array.from({ length: 1000 }, (_, index) => index / 1000);

  it('put the threshold where no more than the allowed share of impostors is above', () => {
    expect(thresholdAtFar(impostor, 0.01)).toBe(0.989);
    expect(impostor.filter((score) => score > 0.989)).toHaveLength(10);
    expect(thresholdAtFar(impostor, 0)).toBe(0.999);
  });

  it('count as accepted what is above, not what is equal', () => {
    expect(tarAtFar({ genuine: [0.5, 0.989, 0.99, 1], impostor }, 0.01)).toBe(0.5);
  });
});

describe('splitting people', () => {
  it('keeps all faces of a person in one half and gives both halves people with several', () => {
    const faces = ['a', 'a', 'a', 'b', 'b', 'c', 'd'].map((person) => face(person));
    const [one, other] = splitPeople(faces);
    expect(one.map(({ person }) => person)).toEqual(['a', 'a', 'a', 'c']);
    expect(other.map(({ person }) => person)).toEqual(['b', 'b', 'd']);
  });
});
