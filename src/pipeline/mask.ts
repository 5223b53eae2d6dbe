import type { FaceAttributes } from '../domain/face.ts';
import { type NetworkAnswer, rowOf } from './crop-network.ts';

/** The network looks for faces of four shapes at each place of five grids; each has a score with a mask and one without. */
const shapes = 4;
const scoresPerShape = 2;

/** The crop's face is in its middle: only places so near to it count, in sides of the crop. */
const reach = 0.15;

/** What the surest of the network's answers for the middle of the crop says. */
export function readMask(answer: NetworkAnswer, index: number): NonNullable<FaceAttributes['mask']> {
  let surest = { worn: false, score: Number.NEGATIVE_INFINITY };
  for (const output of answer.rows.keys()) {
    const scores = rowOf(answer, output, index);
    for (const place of middlePlaces(scores.length / (shapes * scoresPerShape))) {
      for (let shape = 0; shape < shapes; shape++) {
        const at = (place * shapes + shape) * scoresPerShape;
        const [worn, none] = [scores[at]!, scores[at + 1]!];
        if (Math.max(worn, none) > surest.score) {
          surest = { worn: worn > none, score: Math.max(worn, none) };
        }
      }
    }
  }
  return { worn: surest.worn, probability: 1 / (1 + Math.exp(-surest.score)) };
}

/** The numbers of a square grid's places near its middle. */
function middlePlaces(places: number): number[] {
  const side = Math.sqrt(places);
  const isNear = (place: number): boolean => Math.abs((place + 0.5) / side - 0.5) <= reach;
  return Array.from({ length: places }, (_, place) => place).filter(
    (place) => isNear(place % side) && isNear(Math.floor(place / side)),
  );
}
