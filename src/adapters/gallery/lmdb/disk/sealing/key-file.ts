import { readFile } from 'node:fs/promises';
import { AppError } from '../../../../../domain/errors.ts';

/** 256 bits, written as `openssl rand -hex 32`, `openssl rand -base64 32` or `openssl rand 32` give them. */
export async function readKeyFile(file: string): Promise<Uint8Array> {
  const bytes = await read(file);
  const text = bytes.toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[0-9a-zA-Z+/]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  if (bytes.length === 32) return bytes;
  throw new AppError(
    'storage-failed',
    `The file ${file} is no key: expected 64 hexadecimal digits, as openssl rand -hex 32 gives them`,
  );
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage-failed', `The key file ${file} cannot be read (${code})`, {
      cause,
    });
  }
}
