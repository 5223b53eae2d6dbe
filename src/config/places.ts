import { join } from 'node:path';
import type { Settings } from './schema.ts';

/** Where things are on this box. */

const programFolder = join(import.meta.dirname, '../..');

/** The catalogue of networks that comes with the program. */
export const catalogueFile = join(programFolder, 'models/catalogue.json');

/** Where fetched networks are, and where they are installed. */
export function fetchedModelsFolder({ models, data }: Settings): string {
  return models.dir ?? join(data.dir, 'models');
}

/** Where networks are looked for: the fetched ones first, then those that the set-up converted. */
export function modelFolders(settings: Settings): string[] {
  return [fetchedModelsFolder(settings), join(programFolder, 'models/onnx')];
}

/** The socket over which root administers the running service. */
export function controlSocketPath({ data }: Settings): string {
  return join(data.dir, 'ostiary.sock');
}

/** Where the first boot leaves the secret of the first admin credential. */
export function firstAdminFile({ data }: Settings): string {
  return join(data.dir, 'admin-credential');
}

/** Where the secret lies that signing keys are derived from, unless the operator keeps it elsewhere. */
export function signingFile({ data }: Settings): string {
  return join(data.dir, 'signing-secret');
}

/** The folder of the store. */
export function storeFolder({ data }: Settings): string {
  return join(data.dir, 'gallery');
}

/** Where backups are written. */
export function backupFolder({ backup, data }: Pick<Settings, 'backup' | 'data'>): string {
  return backup.dir ?? join(data.dir, 'backups');
}

/** Beside the backups: whom that store has erased. */
export function erasureListFile(backups: string, storeId: string): string {
  return join(backups, `ostiary-${storeId.slice(0, 8)}.erasures`);
}

/** Where exports come, and where imports and files of pictures are looked for. */
export function portableFolder({ portable, data }: Pick<Settings, 'portable' | 'data'>): string {
  return portable.dir ?? join(data.dir, 'exports');
}
