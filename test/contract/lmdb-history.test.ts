import { historyContract } from './history.ts';
import { lmdbPart } from './opened-part.ts';

historyContract('lmdb history', lmdbPart('history', { reopens: false }));
historyContract('lmdb history opened again', lmdbPart('history', { reopens: true }));
