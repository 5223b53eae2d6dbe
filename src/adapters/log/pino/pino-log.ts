import { type DestinationStream, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { PinoPretty as pretty } from 'pino-pretty';
import type { Log } from '../../../domain/ports/log.ts';

export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto` is text in a terminal and JSON elsewhere. */
  readonly format: 'json' | 'text' | 'auto';
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
};

/** Cut out of each line, at the top and one level down, should somebody hand one over by mistake. */
const secretFields = [
  'apiKey',
  'authorization',
  'cookie',
  'crop',
  'headers',
  'jpeg',
  'key',
  'metadata',
  'name',
  'password',
  'picture',
  'secret',
  'template',
  'token',
  'vector',
];

/** A log of pino's: one JSON object or, for people, one readable line each. */
export function openPinoLog(options: LogOptions): Log {
  const config = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    serializers: { error: stdSerializers.errWithCause },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), remove: true },
  };
  return pino(config, openStream(options));
}

function openStream({ format, destination }: LogOptions): DestinationStream {
  const readable = format === 'text' || (format === 'auto' && process.stdout.isTTY === true);
  if (!readable) return destination ?? pino.destination({ sync: false });
  return pretty({
    colorize: destination === undefined && process.stdout.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid',
    singleLine: true,
    sync: true,
    ...(destination ? { destination } : {}),
  });
}
