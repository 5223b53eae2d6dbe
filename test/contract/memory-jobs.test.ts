import { openMemoryJobs } from '../../src/adapters/jobs/memory/open-memory-jobs.ts';
import { jobsContract } from './jobs.ts';
import { memoryPart } from './opened-part.ts';

jobsContract('memory jobs', memoryPart(openMemoryJobs));
