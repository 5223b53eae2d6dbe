import { type Credential, localAdmin } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { ModelStore } from '../../../domain/ports/model-store.ts';
import type { Vision } from '../../../domain/ports/vision.ts';
import type { Access } from '../../../services/access.ts';
import type { Accounts } from '../../../services/accounts.ts';
import type { AuditService } from '../../../services/audit.ts';
import type { Backups } from '../../../services/backups.ts';
import type { BatchEnrolments } from '../../../services/batch-enrolments.ts';
import type { CompreFaceImports } from '../../../services/compreface-imports.ts';
import type { Exports } from '../../../services/exports.ts';
import type { Health } from '../../../services/health.ts';
import type { HistoryService } from '../../../services/history.ts';
import type { Imports } from '../../../services/imports.ts';
import type { JobService } from '../../../services/jobs.ts';
import type { ModelSwitch } from '../../../services/model-switch.ts';
import { listModels } from '../../../services/models.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { Retention } from '../../../services/retention.ts';
import type { Verification } from '../../../services/verification.ts';
import { type Dialect, DialectRouter, type RequestContext } from '../../dialect.ts';
import { toModel } from './answers.ts';
import { mountAudit } from './audit.ts';
import { mountBackups } from './backups.ts';
import { type CollectionParts, mountCollections } from './collections.ts';
import { description } from './description.ts';
import { type ErasureParts, mountErasures } from './erasures.ts';
import { errors } from './errors.ts';
import { mountFaces } from './faces.ts';
import { mountHistory } from './history.ts';
import { mountJobs } from './jobs.ts';
import { mountKeys, mountUsers } from './keys.ts';
import { mountModelSwitch } from './model-switch.ts';
import { mountPersons, type PersonParts } from './persons.ts';
import { mountPortable } from './portable.ts';
import { mountReferences } from './references.ts';
import { mountVectors } from './vectors.ts';
import { mountVerification } from './verification.ts';
import type { HealthAnswer } from './wire.ts';

export type OstiaryParts = ErasureParts &
  CollectionParts &
  PersonParts & {
    readonly access: Access;
    readonly accounts: Accounts;
    readonly recognition: Recognition;
    readonly health: Health;
    readonly jobs: JobService;
    readonly audit: AuditService;
    readonly history: HistoryService;
    readonly retention: Retention;
    readonly verification: Verification;
    readonly exports: Exports;
    readonly imports: Imports;
    readonly batchEnrolments: BatchEnrolments;
    readonly compreFaceImports: CompreFaceImports;
    readonly backups: Backups;
    readonly modelSwitch: ModelSwitch;
    readonly models: ModelStore;
    readonly vision: Pick<Vision, 'status'>;
    readonly gallery: Pick<Gallery, 'counts' | 'findPerson'>;
  };

/** Our own API: all that the CLI and operators do. Over the Unix socket everybody is an admin. */
export function createOstiaryDialect(parts: OstiaryParts): Dialect {
  const router = new DialectRouter();
  mountKeys(router, parts);
  mountUsers(router, parts);
  mountCollections(router, parts);
  mountPersons(router, parts);
  mountReferences(router, parts);
  mountFaces(router, parts);
  mountVectors(router, parts);
  mountState(router, parts);
  mountJobs(router, parts);
  mountAudit(router, parts);
  mountHistory(router, parts);
  mountErasures(router, parts);
  mountVerification(router, parts);
  mountBackups(router, parts);
  mountPortable(router, parts);
  mountModelSwitch(router, parts);
  return {
    name: 'ostiary',
    prefix: '/ostiary/v1',
    errors,
    access: parts.access,
    admit: (ctx) => admit(ctx, parts.access),
    routes: router.routes,
    description,
  };
}

async function admit(ctx: RequestContext, access: Access): Promise<Credential> {
  if (ctx.state.trusted) return localAdmin;
  const secret = ctx.get('x-api-key');
  if (secret === '') throw new AppError('unauthenticated', 'Expected the header x-api-key');
  return access.admit({ secret, dialect: 'ostiary', client: ctx.ip });
}

function mountState(router: DialectRouter, { health, models, vision, gallery }: OstiaryParts): void {
  router.get('/models', 'read', async (ctx) => {
    ctx.body = { models: (await listModels(models)).map(toModel) };
  });
  router.get('/health', 'admin', async (ctx) => {
    const { ready, parts } = await health.readiness();
    const answer: HealthAnswer = {
      ready,
      vision: vision.status(),
      gallery: {
        ...gallery.counts(),
        ready: parts.gallery.ready,
        loading: await health.loading(),
        problems: parts.gallery.problems,
      },
    };
    ctx.body = answer;
  });
}
