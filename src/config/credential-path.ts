import { join } from 'node:path';

const prefix = '$CREDENTIALS_DIRECTORY/';

/** Whether a path names a credential that systemd hands to the service. */
export function isCredential(path: string): boolean {
  return path.startsWith(prefix);
}

/** Where the file lies; `undefined` when it is a credential and this process was not handed any. */
export function credentialPath(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  if (!isCredential(path)) return path;
  return env.CREDENTIALS_DIRECTORY && join(env.CREDENTIALS_DIRECTORY, path.slice(prefix.length));
}
