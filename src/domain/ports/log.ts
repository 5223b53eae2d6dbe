/** What a line tells besides its sentence: ids, counts and times; never a template, key, name or picture. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured lines. Never throws, never waits. An `error` field keeps the whole chain of causes. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same log with these fields on every line. */
  child(fields: LogFields): Log;
}
