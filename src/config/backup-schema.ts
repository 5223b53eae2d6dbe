import { z } from 'zod';

const filePath = z.string().min(1);

/** Where backups are written, and what they are encrypted under. */
export const backupSchema = z.strictObject({
  dir: filePath.optional().meta({
    description:
      'The folder for backups and for the list of erasures, better on another disk than the store (docs/backup.md).',
    defaultText: '`backups` in the data folder',
    isPath: true,
  }),
  keyFile: filePath.optional().meta({
    description:
      'A file with the key under which backups are encrypted, as `openssl rand -hex 32` gives it. `$CREDENTIALS_DIRECTORY/<name>` is a credential of systemd. Without it and `backup.passphraseFile` no backup is made.',
    isPath: true,
  }),
  passphraseFile: filePath.optional().meta({
    description:
      'Instead of a key: a file with the passphrase under which backups are encrypted, of 12 characters or more.',
    isPath: true,
  }),
});

/** Where galleries in their portable form lie. */
export const portableSchema = z.strictObject({
  dir: filePath.optional().meta({
    description:
      'The folder where exports come, and where imports (docs/export.md) and files of pictures (docs/enrolment.md) are looked for.',
    defaultText: '`exports` in the data folder',
    isPath: true,
  }),
});
