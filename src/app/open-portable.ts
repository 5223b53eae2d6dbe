import { openPortableFolder } from '../adapters/portable-folder/file/open-portable-folder.ts';
import { portableFolder } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { AuditService } from '../services/audit.ts';
import { createExports, type Exports } from '../services/exports.ts';
import { createImports, type Imports } from '../services/imports.ts';
import type { JobService } from '../services/jobs.ts';

/** Galleries in their portable form, out and in. */
export type Portable = { readonly exports: Exports; readonly imports: Imports };

export function openPortable(
  parts: { readonly gallery: Gallery; readonly jobs: JobService; readonly audit: AuditService },
  settings: Pick<Settings, 'data' | 'portable'>,
): Portable {
  const folders = { dir: portableFolder(settings), open: openPortableFolder };
  return {
    exports: createExports({ ...parts, ...folders }),
    imports: createImports({ ...parts, ...folders }),
  };
}
