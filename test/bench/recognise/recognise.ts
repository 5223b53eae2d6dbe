import { atLeast, atMost, type Benchmark, figure } from '../framework/benchmark.ts';
import { inTurn, median, medianRatio } from '../framework/rounds.ts';
import { facesFolder, picturePaths, readPhotograph, samplePaths } from '../pictures/photographs.ts';
import { multipartOf } from '../service/multipart.ts';
import { startService } from '../service/start-service.ts';
import type { ContestantName } from './contestants.ts';
import { httpPass } from './http-client.ts';
import { type RunningContestant, startContestant } from './start-contestant.ts';

/**
 * The same encoded photographs to templates of all faces: through bare networks and decoding, through Ostiary in
 * process and over HTTP, through Human and face-api. Each in processes of its own, in turn, idle while another runs.
 */
export const recognise: Benchmark = async ({ quick, say }) => {
  const paths = quick ? samplePaths().slice(0, quickPhotographs) : photographPaths();
  const rounds = quick ? 3 : 7;
  say(`loading; ${paths.length} photographs, ${rounds} rounds`);
  await using running = new AsyncDisposableStack();
  const start = async (name: ContestantName) => {
    const contestant = running.use(await startContestant(name, paths));
    const { faces } = await contestant.pass();
    return { pass: msPerPhotograph(contestant, paths.length), faces: sum(faces) };
  };
  const bare = await start('bare');
  const inProcess = await start('in process');
  const human = await start('human');
  const faceApi = await start('face-api');
  const service = running.use(await startService());
  await service.enrolGallery();
  const photos = paths.map(readPhotograph).map(({ name, bytes }) => multipartOf(name, bytes));
  // A service runs for months: what it does once a request is compiled after a hundred of them.
  for (let pass = 0; pass < (quick ? 8 : 4); pass++) await httpPass(service.address, photos, 2);
  say('measuring');
  const ms = await inTurn(
    {
      bare: bare.pass,
      inProcess: inProcess.pass,
      http: () => httpPass(service.address, photos, 1),
      httpTwo: () => httpPass(service.address, photos, 2),
      human: human.pass,
      faceApi: faceApi.pass,
    },
    rounds,
  );
  return {
    scale: {
      photographs: paths.length,
      rounds,
      facesFound: inProcess.faces,
      galleryFaces: service.faces.length,
      quick,
    },
    figures: [
      figure('bare networks and decoding', median(ms.bare), 'ms a photograph'),
      figure('Ostiary in process', median(ms.inProcess), 'ms a photograph'),
      figure('Ostiary over HTTP, one client', median(ms.http), 'ms a photograph'),
      figure('Ostiary over HTTP, two clients', median(ms.httpTwo), 'ms a photograph'),
      figure('Human, detector and description', median(ms.human), 'ms a photograph'),
      figure('face-api, SSD, landmarks and descriptor', median(ms.faceApi), 'ms a photograph'),
      figure('faces that Human found', human.faces, 'faces'),
      figure('faces that face-api found', faceApi.faces, 'faces'),
    ],
    targets: [
      atLeast('in process, times faster than Human', medianRatio(ms.human, ms.inProcess), 9),
      atLeast('in process, times faster than face-api', medianRatio(ms.faceApi, ms.inProcess), 16),
      atMost('in process over bare networks and decoding, %', percentOver(ms.inProcess, ms.bare), 20),
      atMost('HTTP with one client over in process, %', percentOver(ms.http, ms.inProcess), 10),
      atLeast('throughput of two clients, times that of one', medianRatio(ms.http, ms.httpTwo), 1.7),
    ],
  };
};

const quickPhotographs = 4;

function photographPaths(): string[] {
  const faces = facesFolder();
  return [...samplePaths(), ...(faces === undefined ? [] : picturePaths(`${faces}/people`))];
}

function msPerPhotograph(contestant: RunningContestant, photographs: number): () => Promise<number> {
  return async () => (await contestant.pass()).ms / photographs;
}

function percentOver(values: readonly number[], others: readonly number[]): number {
  return 100 * (medianRatio(values, others) - 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
