import { warpToTensor } from '../../native/pixels/binding.ts';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import { type Box, mapPoint, type Similarity } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';
import type { Network, Tensor } from '../domain/ports/face-models.ts';
import { decodeBlazeface } from './decode-blazeface.ts';
import { decodeYunet } from './decode-yunet.ts';
import { type Detection, mapLandmarks } from './detection.ts';
import { mergeDetections, type TiledDetection } from './merge-detections.ts';
import { longerSide } from './similarity-transform.ts';
import { cutTiles } from './tiles.ts';

export type TileUse = 'auto' | 'always' | 'never';

/** Finds faces with one detector network; coordinates are pixels of the picture that it is given. */
export interface Detector {
  /** All faces from `minScore` on (the catalogue's when absent, at least .1), each once. */
  detect(picture: Picture, minScore?: number): Promise<Detection[]>;
  /** As `detect`, of one region, which may reach over the picture's border into black. */
  detectInRegion(picture: Picture, region: Box): Promise<Detection[]>;
}

/** A box this small in the network's input is found, but its neighbours may be too small: then tiles are worth it. */
const smallFaceInNetworkPixels = 16;

/** Below it, nearly every place of a picture is a "face", and each would be cut, embedded and searched. */
const leastScore = 0.1;

type InputSize = { readonly width: number; readonly height: number };
type Decoder = (outputs: ReadonlyMap<string, Tensor>, input: InputSize, minScore: number) => Detection[];

const decoders: Readonly<Record<string, Decoder>> = {
  blazeface: (outputs, input, minScore) => decodeBlazeface(outputs, input.width, minScore),
  yunet: (outputs, input, minScore) => decodeYunet(outputs, input.width, minScore),
};

/** Reads the network as its catalogue entry says; `model-missing` when this version knows no such decoder. */
export async function openDetector(entry: ModelEntry, network: Network, tiles: TileUse): Promise<Detector> {
  const decode = decoders[entry.decoder];
  if (!decode || !entry.detection) {
    throw new AppError(
      'model-missing',
      `Model ${entry.id} is no detector with a known decoder (${entry.decoder})`,
    );
  }
  const { minScore: usualMinScore, maxOverlap } = entry.detection;
  const scan = regionScanner({ entry, network, decode, takesAnySize: await takesAnySize(entry, network) });

  const scanAll = async (
    picture: Picture,
    regions: readonly Box[],
    minScore: number,
  ): Promise<TiledDetection[]> => {
    const found: TiledDetection[] = [];
    for (const region of regions) found.push(...(await scan(picture, region, minScore)));
    return found;
  };

  return {
    async detect(picture, askedScore = usualMinScore) {
      const minScore = Math.max(leastScore, askedScore);
      const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
      const found = await scanAll(picture, [whole], minScore);
      if (tiles === 'always' || (tiles === 'auto' && hasNoneOrSmall(found, picture, entry))) {
        const regions = cutTiles(
          picture.width,
          picture.height,
          Math.min(entry.input.width, entry.input.height),
        );
        found.push(...(await scanAll(picture, regions, minScore)));
      }
      return mergeDetections(found, maxOverlap);
    },
    async detectInRegion(picture, region) {
      return mergeDetections(await scanAll(picture, [region], usualMinScore), maxOverlap);
    },
  };
}

function hasNoneOrSmall(found: readonly Detection[], picture: Picture, entry: ModelEntry): boolean {
  const scale = Math.max(picture.width / entry.input.width, picture.height / entry.input.height);
  return found.length === 0 || found.some(({ box }) => longerSide(box) < smallFaceInNetworkPixels * scale);
}

/** A fully convolutional detector need not look at the bars beside a wide picture. */
async function takesAnySize(entry: ModelEntry, network: Network): Promise<boolean> {
  if (entry.decoder !== 'yunet') return false;
  try {
    await network.run({ data: new Float32Array(3 * 32 * 32), dims: [1, 3, 32, 32] });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-input') return false;
    throw error;
  }
}

type Scanner = (picture: Picture, region: Box, minScore: number) => Promise<TiledDetection[]>;
type ScannerParts = { entry: ModelEntry; network: Network; decode: Decoder; takesAnySize: boolean };

function regionScanner({ entry, network, decode, takesAnySize }: ScannerParts): Scanner {
  const { width, height, colour, mean, scale } = entry.input;
  const memory = new Float32Array(3 * width * height);
  return async (picture, region, minScore) => {
    const { input, toPicture } = fitRegion(region, entry, takesAnySize);
    const data = memory.subarray(0, 3 * input.width * input.height);
    warpToTensor(
      { source: picture, toSource: toPicture, outside: 'black' },
      { data, offset: 0, ...input, colour, mean, scale },
    );
    const outputs = await network.run({ data, dims: [1, 3, input.height, input.width] });
    return decode(outputs, input, minScore)
      .filter(isSound)
      .map((detection) => placeInPicture(detection, { toPicture, region, picture }));
  };
}

/** Fits a region into the network's input: centred for BlazeFace, at the top left for YuNet, as they were trained. */
function fitRegion(
  region: Box,
  entry: ModelEntry,
  takesAnySize: boolean,
): { input: InputSize; toPicture: Similarity } {
  const full = { width: entry.input.width, height: entry.input.height };
  const step = Math.max(region.width / full.width, region.height / full.height);
  const toStride = (pixels: number, most: number): number =>
    Math.min(most, Math.ceil(pixels / step / 32) * 32);
  const input = takesAnySize
    ? { width: toStride(region.width, full.width), height: toStride(region.height, full.height) }
    : full;
  const isCentred = entry.decoder === 'blazeface';
  const shift = (side: number, inputSide: number): number => (isCentred ? (side - inputSide * step) / 2 : 0);
  return {
    input,
    toPicture: {
      a: step,
      b: 0,
      tx: region.x + shift(region.width, input.width),
      ty: region.y + shift(region.height, input.height),
    },
  };
}

/** Leaves out what no later step could use: boxes without an area, eyes in one point, values that are no numbers. */
function isSound({ box, landmarks }: Detection): boolean {
  const values = [box.x, box.y, box.width, box.height, ...landmarks.flat()];
  const [leftEye, rightEye] = landmarks;
  const eyeDistance = Math.hypot(rightEye[0] - leftEye[0], rightEye[1] - leftEye[1]);
  return (
    values.every(Number.isFinite) && box.width > 0 && box.height > 0 && eyeDistance > longerSide(box) * 0.01
  );
}

type Placement = { readonly toPicture: Similarity; readonly region: Box; readonly picture: Picture };

function placeInPicture(detection: Detection, { toPicture, region, picture }: Placement): TiledDetection {
  const [x, y] = mapPoint(toPicture, [detection.box.x, detection.box.y]);
  const box = { x, y, width: detection.box.width * toPicture.a, height: detection.box.height * toPicture.a };
  const isClipped =
    (region.x > 0 && box.x <= region.x) ||
    (region.y > 0 && box.y <= region.y) ||
    (region.x + region.width < picture.width && box.x + box.width >= region.x + region.width) ||
    (region.y + region.height < picture.height && box.y + box.height >= region.y + region.height);
  const landmarks = mapLandmarks(detection.landmarks, (point) => mapPoint(toPicture, point));
  return { box, score: detection.score, landmarks, isClipped };
}
