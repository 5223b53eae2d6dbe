import type { BatchEnrolments } from '../../../services/batch-enrolments.ts';
import type { Collections } from '../../../services/collections.ts';
import type { CompreFaceImports } from '../../../services/compreface-imports.ts';
import type { Exports } from '../../../services/exports.ts';
import type { Imports } from '../../../services/imports.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toJob } from './jobs.ts';
import { readBody, readParameter } from './requests.ts';
import { newCompreFaceImportSchema, newEnrolmentsSchema, newExportSchema, newImportSchema } from './wire.ts';

export type PortableParts = {
  readonly collections: Collections;
  readonly exports: Exports;
  readonly imports: Imports;
  readonly batchEnrolments: BatchEnrolments;
  readonly compreFaceImports: CompreFaceImports;
  readonly bodyLimits: BodyLimits;
};

export function mountPortable(
  router: DialectRouter,
  { collections, exports, imports, batchEnrolments, compreFaceImports, bodyLimits }: PortableParts,
): void {
  router.post('/exports', 'admin', async (ctx) => {
    const { collections: slugs, folder } = await readBody(ctx, bodyLimits, newExportSchema);
    const caller = callerOf(ctx);
    const chosen = slugs ? await collections.getAll(caller, slugs) : await collections.list(caller);
    ctx.status = 202;
    ctx.body = toJob(await exports.begin(chosen, { folder, isLocal: ctx.state.trusted }));
  });
  router.post('/imports', 'admin', async (ctx) => {
    const { folder } = await readBody(ctx, bodyLimits, newImportSchema);
    ctx.status = 202;
    ctx.body = toJob(await imports.begin({ folder, isLocal: ctx.state.trusted }));
  });
  router.post('/collections/:collection/enrolments', 'admin', async (ctx) => {
    const { id: collectionId } = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    const { file } = await readBody(ctx, bodyLimits, newEnrolmentsSchema);
    ctx.status = 202;
    ctx.body = toJob(await batchEnrolments.begin({ collectionId, file, isLocal: ctx.state.trusted }));
  });
  router.post('/imports/compreface', 'admin', async (ctx) => {
    const { collection, ...where } = await readBody(ctx, bodyLimits, newCompreFaceImportSchema);
    const { id: collectionId } = await collections.get(callerOf(ctx), collection);
    const wish = { ...where, collectionId, isLocal: ctx.state.trusted };
    ctx.status = 202;
    ctx.body = toJob(await compreFaceImports.begin(wish, ctx.state.signal));
  });
}
