import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPinoLog } from '../adapters/log/pino/pino-log.ts';
import { type App, startApp } from '../app.ts';
import { controlSocketPath } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';
import { openServiceClient, type ServiceClient } from './service-client.ts';

type Options = { readonly settings: Settings; readonly output: Output; readonly signal: AbortSignal };

/** Hands the work a client of the running service; where none answers, of an app started for it alone. */
export async function withService<Result>(
  options: Options,
  work: (client: ServiceClient) => Promise<Result>,
): Promise<Result> {
  const socketPath = controlSocketPath(options.settings);
  if (await answers(socketPath)) return await work(openServiceClient(socketPath, options.signal));
  return await withPrivateApp(options, work);
}

/** False when nobody listens; throws when somebody may, but not to this caller. */
async function answers(socketPath: string): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(socketPath, () => {
        socket.destroy();
        resolve();
      }).once('error', reject);
    });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false;
    if (code === 'EACCES' || code === 'EPERM') throw mayNotUse(socketPath);
    throw error;
  }
}

function mayNotUse(socketPath: string): CliError {
  return new CliError(
    exitCodes.refused,
    'socket-refused',
    `You may not use the service's socket ${socketPath}: run this as root or as the user that runs the service (sudo ostiary …).`,
  );
}

/** The socket lies in a folder of its own, which nobody else may enter. */
async function withPrivateApp<Result>(
  { settings, output, signal }: Options,
  work: (client: ServiceClient) => Promise<Result>,
): Promise<Result> {
  output.progress('No service is running: starting the engine for this command …');
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-'));
  try {
    const socketPath = join(folder, 'private.sock');
    const log = openPinoLog({ level: 'error', format: 'text', destination: process.stderr });
    await using app = await startApp(settings, { listen: { privateSocket: socketPath }, log });
    await untilReady(app, signal);
    return await work(openServiceClient(socketPath, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The networks load in about a second; where they never do, waiting on does not help. */
const startMs = 60_000;

async function untilReady(app: App, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(startMs);
  try {
    await app.ready(AbortSignal.any([signal, patience]));
  } catch (error) {
    if (!patience.aborted) throw error;
    throw new CliError(
      exitCodes.unavailable,
      'vision-down',
      'The engine did not start; ostiary serve tells why',
    );
  }
}
