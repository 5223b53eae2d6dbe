import { randomBytes } from 'node:crypto';
import { secretFile } from '../adapters/host/node/secret-file.ts';
import { credentialPath } from '../config/credential-path.ts';
import { signingFile } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import { createSigning, type Signing } from '../services/signing.ts';
import { StartError } from './start-error.ts';

/** The keys of this installation. Their secret is made at the first start, unless the operator brings one. */
export async function openSigning(settings: Settings): Promise<Signing> {
  const given = settings.data.signingFile;
  const path = given === undefined ? signingFile(settings) : credentialPath(given);
  if (!path) throw new StartError(`data.signingFile is ${given}, and this process was handed no credentials`);
  const file = secretFile(path);
  const secret = (await file.read()) || undefined;
  if (secret === undefined && given !== undefined)
    throw new StartError(`data.signingFile: ${path} is not there`);
  if (secret !== undefined && !/^[0-9a-fA-F]{64}$/.test(secret)) {
    throw new StartError(
      `The file ${path} holds no secret: expected 64 hexadecimal digits, as openssl rand -hex 32 gives`,
    );
  }
  if (secret !== undefined) return createSigning(Buffer.from(secret, 'hex'));
  const made = randomBytes(32);
  await file.write(made.toString('hex'));
  return createSigning(made);
}
