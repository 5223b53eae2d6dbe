import { jobsContract } from './jobs.ts';
import { lmdbPart } from './opened-part.ts';

jobsContract('lmdb jobs', lmdbPart('jobs', { reopens: false }));
jobsContract('lmdb jobs opened again', lmdbPart('jobs', { reopens: true }));
