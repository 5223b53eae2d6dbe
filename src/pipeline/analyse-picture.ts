import type { AnalysedFace, AnalysedPicture, FaceAttributes, FaceCrop, Template } from '../domain/face.ts';
import { type Box, boxArea, mapPoint, type Point } from '../domain/geometry.ts';
import type { DecodedPicture, Picture } from '../domain/picture.ts';
import type { DecodeLimits, PictureCodec } from '../domain/ports/picture-codec.ts';
import type { AnalyseRequest } from '../domain/ports/vision.ts';
import { type CroppedFace, cropToPicture, cutCrop, cutThumb } from './align.ts';
import { type Describers, describeFaces, type PlacedFace } from './attributes.ts';
import { decodeCrop, encodeCrop } from './crop-file.ts';
import type { Detector } from './detect.ts';
import { type Detection, mapLandmarks } from './detection.ts';
import { locateWhole } from './locate-whole.ts';
import { judgeQuality } from './quality.ts';
import { type StageClock, startStageClock } from './stage-clock.ts';
import { encodeThumbnail } from './thumbnail.ts';

/** What the analysis of a picture needs, loaded. */
export type AnalysisParts = Describers & {
  readonly detector: Detector;
  readonly codec: PictureCodec;
  readonly limits: DecodeLimits;
  readonly cropQuality: number;
};

type Request = Omit<AnalyseRequest, 'priority'>;

/** A face with its crop, as cut and as the networks see it: the same, or decoded again from the file. */
type AlignedFace = {
  readonly detection: Detection;
  readonly cut: CroppedFace;
  readonly seen: CroppedFace;
  readonly file?: FaceCrop;
  readonly thumb?: Uint8Array;
};

/** Decodes, detects, aligns, embeds and describes, as far as the request asks. */
export async function analysePicture(
  parts: AnalysisParts,
  request: Request,
  signal?: AbortSignal,
): Promise<AnalysedPicture> {
  const clock = startStageClock(signal);
  const { file, toFull, aligned } = await cutFaces(parts, request, clock);
  const seen = aligned.map((face) => face.seen);
  const templates = request.embed ? await clock.run('embed', () => parts.embedder.embed(seen)) : [];
  const described =
    request.attributes.length > 0
      ? await clock.run('attributes', () =>
          describeFaces(placeFaces(aligned, toFull), request.attributes, parts),
        )
      : [];
  return {
    ...file,
    faces: aligned.map((face, i) =>
      describe({ face, toFull, template: templates[i], attributes: described[i] }),
    ),
    stageMs: clock.times(),
  };
}

type CutPicture = {
  readonly file: Pick<AnalysedPicture, 'width' | 'height' | 'format' | 'facesFound' | 'thumbnail'>;
  readonly toFull: ToFull;
  readonly aligned: AlignedFace[];
};

/** All that is done on the picture itself, which is gone afterwards: the rest works on the faces cut from it. */
async function cutFaces(parts: AnalysisParts, request: Request, clock: StageClock): Promise<CutPicture> {
  using decoded = await clock.run('decode', () => parts.codec.decode(request.picture, parts.limits));
  const { picture, format, fullWidth: width, fullHeight: height } = decoded;
  const found = await clock.run('detect', () => locateFaces(parts.detector, picture, request));
  const detections = request.maxFaces > 0 ? found.slice(0, request.maxFaces) : found;
  const aligned = await clock.run('align', () => alignFaces(parts, { picture, detections, request }));
  const file = {
    ...{ width, height, format, facesFound: found.length },
    ...(request.thumbnail && { thumbnail: await encodeThumbnail(parts.codec, picture) }),
  };
  return { file, toFull: fullPictureScale(decoded), aligned };
}

/** The largest faces first. */
async function locateFaces(detector: Detector, picture: Picture, request: Request): Promise<Detection[]> {
  if (request.faces === 'whole') return [await locateWhole(detector, picture)];
  const found = await detector.detect(picture, request.minDetectorScore);
  return found.sort((one, other) => boxArea(other.box) - boxArea(one.box));
}

async function alignFaces(
  { codec, cropQuality }: AnalysisParts,
  {
    picture,
    detections,
    request,
  }: { picture: Picture; detections: readonly Detection[]; request: Pick<Request, 'crop' | 'thumb'> },
): Promise<AlignedFace[]> {
  const aligned: AlignedFace[] = [];
  for (const detection of detections) {
    const cut = cutCrop(picture, detection);
    const face = { detection, cut, ...(request.thumb && { thumb: await encodeThumb(codec, cut) }) };
    if (request.crop) {
      const file = await encodeCrop(codec, cut, cropQuality);
      aligned.push({ ...face, file, seen: await decodeCrop(codec, file) });
    } else {
      aligned.push({ ...face, seen: cut });
    }
  }
  return aligned;
}

const thumbQuality = 90;

function encodeThumb(codec: PictureCodec, face: CroppedFace): Promise<Uint8Array> {
  return codec.encodeJpeg(cutThumb(face), thumbQuality);
}

/** The decoded picture may be a fraction of the file's; the answer is in pixels of the whole one. */
type ToFull = { readonly x: number; readonly y: number };

function fullPictureScale({ picture, fullWidth, fullHeight }: DecodedPicture): ToFull {
  return { x: fullWidth / picture.width, y: fullHeight / picture.height };
}

function enlargePoint([x, y]: Point, toFull: ToFull): Point {
  return [x * toFull.x, y * toFull.y];
}

function enlargeBox({ x, y, width, height }: Box, toFull: ToFull): Box {
  return { x: x * toFull.x, y: y * toFull.y, width: width * toFull.x, height: height * toFull.y };
}

function placeFaces(aligned: readonly AlignedFace[], toFull: ToFull): PlacedFace[] {
  return aligned.map(({ detection, seen }) => {
    const toPicture = cropToPicture(detection);
    return { face: seen, toFullPicture: (point) => enlargePoint(mapPoint(toPicture, point), toFull) };
  });
}

type FaceParts = {
  readonly face: AlignedFace;
  readonly toFull: ToFull;
  readonly template: Template | undefined;
  readonly attributes: FaceAttributes | undefined;
};

function describe({ face, toFull, template, attributes = {} }: FaceParts): AnalysedFace {
  const { detection, cut, file, thumb } = face;
  return {
    box: enlargeBox(detection.box, toFull),
    detectorScore: detection.score,
    landmarks: mapLandmarks(detection.landmarks, (point) => enlargePoint(point, toFull)),
    quality: judgeQuality(detection, cut),
    ...(template && { template }),
    ...(file && { crop: file }),
    ...(thumb && { thumb }),
    attributes,
  };
}
