import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { backupSchema, portableSchema } from './backup-schema.ts';
import { auditSchema, historySchema, jobsSchema } from './keeping.ts';

/**
 * Every setting there is. A field's `meta` is its documentation: `description`, `unit`, what its default is where that
 * depends on the machine, and whether it is a path (relative ones are taken from where they are written down).
 */

const programFolder = join(import.meta.dirname, '../..');

const megabyte = 1024 * 1024;

const port = z.int().min(0).max(65_535);
const milliseconds = z.int().positive();
const filePath = z.string().min(1);

const dataSchema = z.strictObject({
  dir: filePath.default(join(programFolder, 'data')).meta({
    description: 'The folder that holds the gallery, fetched models and the control socket.',
    defaultText: '`data` in the folder of the program',
    isPath: true,
  }),
  signingFile: filePath.optional().meta({
    description:
      'A file with the secret from which signing keys are derived (of sessions, face data and links), as `openssl rand -hex 32` gives it; the same on all boxes that shall know what each of them signed. `$CREDENTIALS_DIRECTORY/<name>` is a credential of systemd.',
    defaultText: '`signing-secret` in the data folder, made at the first start',
    isPath: true,
  }),
});

function ownPort(api: string, usual = '') {
  const more = usual && `; ${usual}`;
  return z
    .union([port, z.literal('off')])
    .default('off')
    .meta({
      description: `A port where the ${api} API answers at the root, for clients that know no prefix${more}.`,
    });
}

const httpSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').meta({
    description:
      'The address to listen on; `0.0.0.0` or `::` is every one. Off the loopback it needs `http.tls` or `http.plain`.',
  }),
  port: port.default(8080).meta({
    description:
      'The main port: every API under its prefix, `/healthz`, `/readyz`, `/metrics`. 0 takes a free one.',
  }),
  ports: z
    .strictObject({
      compreface: ownPort('CompreFace', 'its usual one is 8000'),
      faceMatchExpert: ownPort('Face.Match.Expert'),
      faceSearch: ownPort('Face Search'),
      enface: ownPort('Enface'),
      findface: ownPort('FindFace', 'its usual one is 8000'),
    })
    .prefault({}),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'expected an http:// or https:// address' })
    .optional()
    .meta({
      description:
        'The address under which clients reach the main port, with which links to pictures begin; without it they are paths.',
    }),
  plain: z.boolean().default(false).meta({
    description:
      'Allows HTTP without TLS off the loopback: keys and pictures then cross the network in the clear.',
  }),
  tls: z
    .strictObject({
      certificate: filePath.optional().meta({
        description: 'The certificate chain as PEM. With it and `http.tls.key` the ports speak HTTPS.',
        isPath: true,
      }),
      key: filePath
        .optional()
        .meta({ description: 'The private key of the certificate as PEM.', isPath: true }),
    })
    .prefault({}),
});

const limitsSchema = z.strictObject({
  pictureBytes: z
    .int()
    .positive()
    .default(5 * megabyte)
    .meta({
      description: 'The largest uploaded picture file. Bodies may hold two of them, as parts or as base64.',
      unit: 'bytes',
    }),
  jsonDepth: z
    .int()
    .positive()
    .default(64)
    .meta({ description: 'The deepest nesting of a JSON body.', unit: 'levels' }),
  headersMs: milliseconds.default(10_000).meta({
    description: 'How long a client may take to send its headers.',
    unit: 'milliseconds',
  }),
  silenceMs: milliseconds.default(10_000).meta({
    description: 'How long a client may pause while it sends a body.',
    unit: 'milliseconds',
  }),
  requestMs: milliseconds.default(60_000).meta({
    description: 'How long a client may take to send a whole body, however steadily it comes.',
    unit: 'milliseconds',
  }),
});

const visionSchema = z.strictObject({
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(() => availableParallelism())
    .meta({
      description:
        'How many pictures are analysed at the same time, each in a thread with networks of its own.',
      unit: 'threads',
      defaultText: 'one for each core',
    }),
  queueLength: z.int().min(1).default(32).meta({
    description: 'How many pictures may wait; one more is answered 503 with Retry-After.',
    unit: 'pictures',
  }),
  deadlineMs: milliseconds.min(100).default(30_000).meta({
    description:
      'How long the analysis of one picture may take; then it is given up, and its worker is replaced.',
    unit: 'milliseconds',
  }),
  niceness: z.int().min(0).max(19).default(5).meta({
    description:
      'How far the vision process stands back for the main one, so that requests are answered at full load.',
  }),
  maxPixels: z.int().positive().default(50_000_000).meta({
    description:
      'The largest picture that is decoded; one that declares more is refused before any of it is.',
    unit: 'pixels',
  }),
  profile: z.string().min(1).default('default').meta({
    description: 'Which set of networks is used: a profile of `models/catalogue.json`.',
  }),
  tiles: z.enum(['auto', 'always', 'never']).default('auto').meta({
    description:
      'Whether wide pictures are also searched in square tiles, which finds smaller faces and takes longer.',
  }),
  cropQuality: z.int().min(1).max(100).default(95).meta({
    description: 'JPEG quality of the face crops that are kept beside templates.',
  }),
});

const modelsSchema = z.strictObject({
  dir: filePath.optional().meta({
    description: 'A folder with fetched networks; `ostiary models fetch` writes there.',
    defaultText: '`models` in the data folder',
    isPath: true,
  }),
  mirror: z
    .url({ protocol: /^https$/, error: 'expected an https:// address' })
    .optional()
    .meta({
      description: 'Where `ostiary models fetch` finds the files by name, instead of their public homes.',
    }),
});

const degrees = z.number().min(0).max(90);

const enrolmentSchema = z.strictObject({
  minQuality: z.number().min(0).max(1).optional().meta({
    description: 'The least overall quality of a face that is enrolled; docs/quality.md has the formula.',
  }),
  minFacePixels: z.int().positive().optional().meta({
    description:
      'The least longer side of the box of a face that is enrolled, in the picture as it was sent.',
    unit: 'pixels',
  }),
  maxYaw: degrees.optional().meta({
    description: 'How far a face that is enrolled may be turned to either side.',
    unit: 'degrees',
  }),
  maxPitch: degrees.optional().meta({
    description: 'How far it may look up or down.',
    unit: 'degrees',
  }),
  maxRoll: degrees.optional().meta({
    description: 'How far it may be tilted to either side.',
    unit: 'degrees',
  }),
  duplicates: z.enum(['off', 'collection', 'reached']).default('off').meta({
    description:
      'Whether a face is refused that is enrolled under another key already: in the same collection, or in any that the caller reaches.',
  }),
  duplicateFmr: z.number().positive().max(0.1).default(1e-4).meta({
    description:
      'The false-match rate at which two faces count as one for `gallery.enrolment.duplicates`. Among 1,000 persons a newcomer is refused by mistake about 1,000 times as often.',
  }),
  maxReferences: z.int().positive().optional().meta({
    description: 'How many references a person may have in a collection.',
  }),
  whenFull: z.enum(['refuse', 'replaceWeakest']).default('refuse').meta({
    description:
      'What becomes of one more: it is refused, or takes the place of the one of the lowest quality if its own is higher.',
  }),
});

const gallerySchema = z.strictObject({
  pictures: z.enum(['none', 'thumbnail', 'full']).default('full').meta({
    description:
      'What is kept of an enrolled picture, so that callers can download it: nothing, the whole picture as a JPEG of at most 320 pixels to a side without metadata, or the file as it came. Templates and crops are kept in any case; what was enrolled before stays as it is.',
  }),
  loadFirst: z
    .string()
    .regex(/^([\w-]{1,48}(, *[\w-]{1,48})*)?$/, 'expected slugs of collections, separated by commas')
    .default('')
    .meta({
      description:
        'Slugs of the collections that can be searched first after a start, in this order, separated by commas: those that doors wait for. Where they have half of all references or more, all are loaded in one go. A search of a collection that is not loaded yet waits up to 2 s; then it is answered 503 with Retry-After.',
    }),
  enrolment: enrolmentSchema.prefault({}),
  quietHour: z.int().min(0).max(23).default(3).meta({
    description:
      'The hour of the day, by the clock of the box, in which the bytes of what was removed are taken out of the files (docs/erasure.md).',
  }),
});

const fetchSchema = z.strictObject({
  allow: z.enum(['nothing', 'public', 'private']).default('nothing').meta({
    description:
      'Whether callers may give the URL of a picture instead of the picture: not at all, from public addresses, or also from private ones (of the networks that the box stands in). Global IPv6 addresses are public ones, also those of neighbours. The box itself, its link and the metadata of a cloud are never asked.',
  }),
  totalMs: milliseconds.default(10_000).meta({
    description: 'How long a picture may take to be fetched, redirects included.',
    unit: 'milliseconds',
  }),
  silenceMs: milliseconds.default(3_000).meta({
    description: 'How long nothing may come of it.',
    unit: 'milliseconds',
  }),
});

const storeSchema = z.strictObject({
  keyFile: filePath.optional().meta({
    description:
      'A file with the key under which the store is sealed; without it values are only checked for damage. `$CREDENTIALS_DIRECTORY/<name>` is a credential of systemd. It counts when the store is made and has to stay: docs/sealing.md.',
    isPath: true,
  }),
});

const logSchema = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
    description: 'The least grave kind of line that is logged.',
  }),
  format: z.enum(['auto', 'json', 'text']).default('auto').meta({
    description:
      'One JSON object a line, or text for people; `auto` is text in a terminal and JSON elsewhere.',
  }),
});

/** The one schema of the configuration: unknown keys are mistakes, and every key has a default or may be left out. */
export const settingsSchema = z
  .strictObject({
    data: dataSchema.prefault({}),
    http: httpSchema.prefault({}),
    limits: limitsSchema.prefault({}),
    vision: visionSchema.prefault({}),
    models: modelsSchema.prefault({}),
    gallery: gallerySchema.prefault({}),
    fetch: fetchSchema.prefault({}),
    jobs: jobsSchema.prefault({}),
    store: storeSchema.prefault({}),
    backup: backupSchema.prefault({}),
    portable: portableSchema.prefault({}),
    audit: auditSchema.prefault({}),
    history: historySchema.prefault({}),
    log: logSchema.prefault({}),
  })
  .superRefine(({ http, backup }, context) => {
    const mistake = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (!http.tls.certificate && http.tls.key)
      mistake(['http', 'tls', 'certificate'], 'expected beside http.tls.key');
    if (http.tls.certificate && !http.tls.key)
      mistake(['http', 'tls', 'key'], 'expected beside http.tls.certificate');
    if (backup.keyFile && backup.passphraseFile)
      mistake(['backup', 'passphraseFile'], 'expected instead of backup.keyFile, not beside it');
    if (!isLoopback(http.host) && !http.tls.certificate && !http.plain) {
      mistake(['http', 'host'], `${http.host} is off the loopback: expected http.tls, or http.plain: true`);
    }
  });

export type Settings = Frozen<z.infer<typeof settingsSchema>>;

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** Whether an address that is listened on is reached from this box only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
