import { createHash, hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { BackupSecret } from '../../../../domain/backup.ts';
import { AppError } from '../../../../domain/errors.ts';

/**
 * What stands in front of a backup, in the clear: how its key is made of the secret. docs/backup.md has the whole format.
 */
export type ArchiveHead = {
  readonly createdAt: string;
  /** Of the plain text in each chunk but the last, which may be shorter. */
  readonly chunkBytes: number;
  /** Of scrypt; absent where the secret is a key. */
  readonly passphrase?: ScryptCost;
  /** base64. */
  readonly salt: string;
};

type ScryptCost = { readonly N: number; readonly r: number; readonly p: number };

/** The first line of a backup: what it is, and the version of the format. */
export const archiveMagic = Buffer.from('ostiary backup 1\n');
const lengthBytes = 4;
const mostHeadBytes = 4_096;
const checkBytes = 16;
const keyBytes = 32;

/** 128 MiB and half a second for a guess. */
const passphraseCost: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };
/** What a head may ask of the machine that reads it. */
const mostCost: ScryptCost = { N: 2 ** 20, r: 16, p: 16 };
const mostChunkBytes = 16 * 1024 * 1024;

export type OpenedHead = { readonly head: ArchiveHead; readonly key: Buffer; readonly bytes: number };

/** The bytes of a new head, and the key of the chunks that follow it. */
export async function newHead(
  secret: BackupSecret,
  { chunkBytes, createdAtMs }: { chunkBytes: number; createdAtMs: number },
): Promise<{ readonly bytes: Buffer; readonly key: Buffer }> {
  const head: ArchiveHead = {
    createdAt: new Date(createdAtMs).toISOString(),
    chunkBytes,
    ...(secret.kind === 'passphrase' && { passphrase: passphraseCost }),
    salt: randomBytes(keyBytes).toString('base64'),
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(json.length);
  const plain = Buffer.concat([archiveMagic, length, json]);
  const { key, check } = await deriveKey(head, plain, secret);
  return { bytes: Buffer.concat([plain, check]), key };
}

/**
 * Reads the head with which a file begins. Rejects with `storage-failed` when it is no backup, of a later format, damaged,
 * or was made with another secret.
 */
export async function openHead(
  read: (at: number, length: number) => Promise<Buffer>,
  secret: BackupSecret,
): Promise<OpenedHead> {
  const start = await read(0, archiveMagic.length + lengthBytes);
  if (!start.subarray(0, archiveMagic.length).equals(archiveMagic)) throw notABackup(start);
  const length =
    start.length < archiveMagic.length + lengthBytes ? 0 : start.readUInt32LE(archiveMagic.length);
  if (length === 0 || length > mostHeadBytes) throw damagedHead();
  const json = await read(start.length, length);
  const check = await read(start.length + length, checkBytes);
  const head = parseHead(json);
  if ((head.passphrase === undefined) !== (secret.kind === 'key')) {
    const wanted = head.passphrase ? 'a passphrase' : 'a key file';
    throw new AppError('storage-failed', `The backup was made with ${wanted}: expected that to open it`);
  }
  const derived = await deriveKey(head, Buffer.concat([start, json]), secret);
  if (check.length !== checkBytes || !timingSafeEqual(check, derived.check)) {
    throw new AppError(
      'storage-failed',
      'The backup does not open with this secret: it was made with another one, or its head is damaged',
    );
  }
  return { head, key: derived.key, bytes: start.length + length + checkBytes };
}

/** The head is part of what the key is derived from: who changes a bit of it has another key. */
async function deriveKey(
  head: ArchiveHead,
  headBytes: Buffer,
  secret: BackupSecret,
): Promise<{ key: Buffer; check: Buffer }> {
  const salt = Buffer.from(head.salt, 'base64');
  const master =
    secret.kind === 'key'
      ? secret.bytes
      : await stretch(secret.text, salt, head.passphrase ?? passphraseCost);
  const info = Buffer.concat([
    Buffer.from('ostiary backup '),
    createHash('sha256').update(headBytes).digest(),
  ]);
  const derived = Buffer.from(hkdfSync('sha256', master, salt, info, keyBytes + checkBytes));
  return { key: derived.subarray(0, keyBytes), check: derived.subarray(keyBytes) };
}

/** Two spellings of a letter are one passphrase. */
function stretch(passphrase: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { N, r, p, maxmem: 2 * 128 * N * r };
  scrypt(passphrase.normalize('NFC'), salt, keyBytes, options, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}

function parseHead(json: Buffer): ArchiveHead {
  try {
    const head = JSON.parse(json.toString()) as ArchiveHead;
    const isSound =
      isWithin(head.chunkBytes, mostChunkBytes) &&
      typeof head.salt === 'string' &&
      (head.passphrase === undefined || isBearable(head.passphrase));
    if (isSound) return head;
  } catch {
    // Not of our making, or damaged: told below.
  }
  throw damagedHead();
}

function isBearable(cost: ScryptCost): boolean {
  const names = ['N', 'r', 'p'] as const;
  return names.every((name) => isWithin(cost[name], mostCost[name])) && Number.isInteger(Math.log2(cost.N));
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= most;
}

function notABackup(start: Buffer): AppError {
  const isLater = start.toString('latin1').startsWith('ostiary backup ');
  return new AppError(
    'storage-failed',
    isLater
      ? 'The backup is of another version of the format: install the Ostiary that made it'
      : 'The file is no backup of Ostiary',
  );
}

function damagedHead(): AppError {
  return new AppError('storage-failed', 'The head of the backup is damaged');
}
