import type { Backups } from '../../../services/backups.ts';
import type { DialectRouter } from '../../dialect.ts';
import { toJob } from './jobs.ts';

export function mountBackups(router: DialectRouter, { backups }: { readonly backups: Backups }): void {
  router.post('/backups', 'admin', async (ctx) => {
    ctx.status = 202;
    ctx.body = toJob(await backups.begin());
  });
}
