import { serveVision } from './adapters/vision/process/serve-vision.ts';

/** The composition root of the vision process. Main starts it and speaks to it over pipes. */

const log = (line: string) => process.stderr.write(`${line}\n`);

/** Not exit(): it waits for the threads, of which a native call can hold one for ever, and there is nothing to tidy up. */
const end = (reason: string) => {
  log(`Ending: ${reason}`);
  process.kill(process.pid, 'SIGKILL');
};

process.on('uncaughtException', (error) => end(error.stack ?? error.message));
// Ctrl-C in a terminal reaches both processes; main finishes what is in flight, and for that it needs vision.
process.on('SIGINT', () => log('Waiting for main to end'));

serveVision({ workerModule: new URL('./vision-worker.ts', import.meta.url), log, end });
