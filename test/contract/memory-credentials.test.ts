import { openMemoryCredentials } from '../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { credentialsContract } from './credentials.ts';

credentialsContract('memory credentials', async (clock) => ({
  credentials: openMemoryCredentials(clock),
  close: async () => undefined,
}));
