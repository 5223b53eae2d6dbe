import {
  type ComprefaceClient,
  comprefaceClient,
  type ServiceAddress,
} from '../service/compreface-client.ts';
import type { Multipart } from '../service/multipart.ts';

/** Milliseconds a photograph when so many clients upload all photographs once, each on a connection of its own. */
export async function httpPass(
  service: ServiceAddress,
  photos: readonly Multipart[],
  clients: number,
): Promise<number> {
  const callers = Array.from({ length: clients }, () => comprefaceClient(service));
  try {
    const started = performance.now();
    await Promise.all(callers.map((caller, index) => uploadAll(caller, photos, index)));
    return (performance.now() - started) / (clients * photos.length);
  } finally {
    for (const caller of callers) caller[Symbol.dispose]();
  }
}

/** Clients begin at different photographs, so that they are not in step. */
async function uploadAll(
  caller: ComprefaceClient,
  photos: readonly Multipart[],
  first: number,
): Promise<void> {
  for (let turn = 0; turn < photos.length; turn++) {
    const { status, body } = await caller.recognise(photos[(first * 3 + turn) % photos.length]!);
    if (status !== 200) throw new Error(`Answered ${status}: ${body.toString()}`);
  }
}
