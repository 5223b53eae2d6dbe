import { camerasContract } from './cameras.ts';
import { lmdbPart } from './opened-part.ts';

camerasContract('lmdb cameras', lmdbPart('cameras', { reopens: false }));
camerasContract('lmdb cameras opened again', lmdbPart('cameras', { reopens: true }));
