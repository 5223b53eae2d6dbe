import { openMemoryCameras } from '../../src/adapters/cameras/memory/open-memory-cameras.ts';
import { camerasContract } from './cameras.ts';
import { memoryPart } from './opened-part.ts';

camerasContract('memory cameras', memoryPart(openMemoryCameras));
