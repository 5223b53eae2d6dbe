import { openMemoryGallery } from '../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { galleryContract } from './gallery.ts';

galleryContract('memory gallery', async (clock) => openMemoryGallery(clock));
