import type { AnalysedPicture, FaceCrop, Template } from '../face.ts';
import type { AnalyseRequest, VisionModels } from './vision.ts';

/** The whole way of one picture, from encoded bytes to described faces, on the calling thread. One call at a time. */
export interface Analyser extends AsyncDisposable {
  readonly models: VisionModels;
  /** As `Vision.analyse`, without queue and supervision. */
  analyse(request: Omit<AnalyseRequest, 'priority'>, signal?: AbortSignal): Promise<AnalysedPicture>;
  /** As `Vision.embedCrop`. */
  embedCrop(crop: FaceCrop, embedding?: string): Promise<Template>;
}
