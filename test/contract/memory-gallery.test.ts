import { openMemoryGallery, openMemoryStore } from '../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { changeLogContract } from './change-log.ts';
import { galleryContract } from './gallery.ts';
import { clearingContract } from './gallery-clearing.ts';
import { collectionsContract } from './gallery-collections.ts';
import { departureContract } from './gallery-departure.ts';
import { facesContract } from './gallery-faces.ts';
import { scrubContract } from './gallery-scrub.ts';
import { siblingsContract } from './gallery-siblings.ts';

galleryContract('memory gallery', async (clock) => openMemoryGallery(clock));
clearingContract('memory gallery', async (clock) => openMemoryGallery(clock));
departureContract('memory gallery', async (clock) => openMemoryGallery(clock));
siblingsContract('memory gallery', async (clock) => openMemoryGallery(clock));
facesContract('memory gallery', async (clock) => openMemoryGallery(clock));
collectionsContract('memory gallery', async (clock) => openMemoryGallery(clock));
scrubContract('memory gallery', async (clock) => openMemoryGallery(clock));
changeLogContract('memory change log', async (clock) => openMemoryStore(clock));
