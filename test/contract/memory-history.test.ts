import { openMemoryHistory } from '../../src/adapters/history/memory/open-memory-history.ts';
import { historyContract } from './history.ts';
import { memoryPart } from './opened-part.ts';

historyContract('memory history', memoryPart(openMemoryHistory));
