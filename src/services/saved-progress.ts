import type { JobProgress } from '../domain/job.ts';
import type { JobTools } from './jobs.ts';

const saveEveryMs = 1_000;

/** Saves how far a job is, once a second and one after the other. What cannot be saved is of no account. */
export class SavedProgress {
  readonly #save: JobTools['save'];
  #saving: Promise<void> = Promise.resolve();
  #nextMs = 0;

  constructor(save: JobTools['save']) {
    this.#save = save;
  }

  note(progress: JobProgress): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + saveEveryMs;
    this.#saving = this.#saving.then(() => this.#save(progress)).catch(() => undefined);
  }

  settled(): Promise<void> {
    return this.#saving;
  }
}
