import { FaissIndex } from '../../native/faiss/faiss-index.ts';
import { ScanIndex, type ScanMode, type ScanSearch } from '../../native/faiss/scan-index.ts';
import type { VectorIndex } from '../../native/faiss/vector-index.ts';
import { contractDimensions, vectorIndexContract } from './vector-index.ts';

function scanning(mode: ScanMode): VectorIndex {
  const index = new ScanIndex({ dimensions: contractDimensions, originals: 'float32' });
  const search = index.search.bind(index);
  return Object.assign(index, { search: (asked: ScanSearch) => search({ ...asked, mode }) });
}

vectorIndexContract('scan index, found', () => scanning('found'));
vectorIndexContract('scan index, exact', () => scanning('exact'));
vectorIndexContract('scan index, plain', () => scanning('plain'));
vectorIndexContract('FAISS flat', () => FaissIndex.create(contractDimensions, 'Flat'));
