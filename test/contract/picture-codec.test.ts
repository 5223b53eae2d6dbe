import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { pictureCodecContract } from './picture-codec.ts';

pictureCodecContract('sharp', sharpPictureCodec);
