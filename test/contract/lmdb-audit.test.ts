import { auditContract } from './audit.ts';
import { lmdbPart } from './opened-part.ts';

auditContract('lmdb audit', lmdbPart('audit', { reopens: false }));
auditContract('lmdb audit opened again', lmdbPart('audit', { reopens: true }));
