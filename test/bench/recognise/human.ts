import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestants.ts';
import { decodeToRgb } from './decode-to-rgb.ts';

const modulesFolder = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** The part of the library that is used; its package's `exports` lead only to the build for tfjs-node. */
type Tensor = { readonly shape: readonly number[] };
type Human = {
  readonly tf: {
    tensor3d(data: Uint8Array, shape: [number, number, number], type: 'int32'): Tensor;
    dispose(tensor: Tensor): void;
    getBackend(): string;
  };
  load(): Promise<void>;
  detect(
    input: Tensor,
  ): Promise<{ error: string | null; face: readonly { embedding?: readonly number[] }[] }>;
};
type HumanModule = { readonly Human: new (config: unknown) => Human };

/** Human with its face detector and description only, caching off, the rest of its settings as they come. */
export async function openHuman(): Promise<Contestant> {
  const require = createRequire(import.meta.url);
  const { Human } = require(join(modulesFolder, '@vladmandic/human/dist/human.node-wasm.js')) as HumanModule;
  await using models = await serveFolder(join(modulesFolder, '@vladmandic/human/models'));
  const human = new Human(configuration(models.url));
  await human.load();
  if (human.tf.getBackend() !== 'wasm') throw new Error(`Human runs on ${human.tf.getBackend()}`);
  const contestant: Contestant = async (photo) => {
    const { data, width, height } = await decodeToRgb(photo);
    const input = human.tf.tensor3d(data, [height, width, 3], 'int32');
    const { error, face } = await human.detect(input);
    human.tf.dispose(input);
    if (error !== null && error !== undefined) throw new Error(error);
    return face.filter(({ embedding }) => embedding !== undefined).length;
  };
  return contestant;
}

function configuration(modelBasePath: string): unknown {
  const off = { enabled: false };
  const uncached = { enabled: true, skipFrames: 0, skipTime: 0 };
  return {
    backend: 'wasm',
    wasmPath: join(modulesFolder, '@tensorflow/tfjs-backend-wasm/dist/'),
    modelBasePath,
    debug: false,
    cacheSensitivity: 0,
    filter: off,
    gesture: off,
    face: {
      enabled: true,
      detector: { ...uncached, maxDetected: 20 },
      description: uncached,
      mesh: off,
      iris: off,
      emotion: off,
      attention: off,
      antispoof: off,
      liveness: off,
    },
    body: off,
    hand: off,
    object: off,
    segmentation: off,
  };
}

/** Human's wasm build reads its models over HTTP only: they are served from the package while it loads. */
async function serveFolder(folder: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    readFile(join(folder, basename(request.url ?? ''))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
