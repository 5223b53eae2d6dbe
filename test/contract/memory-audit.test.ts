import { openMemoryAudit } from '../../src/adapters/audit/memory/open-memory-audit.ts';
import { auditContract } from './audit.ts';
import { memoryPart } from './opened-part.ts';

auditContract('memory audit', memoryPart(openMemoryAudit));
