/** Takes one encoded photograph as far as templates of all its faces; answers how many there were. */
export type Contestant = (photo: Uint8Array) => Promise<number>;

/** Opens a contestant; the photographs are those that it will be given, for the ones that prepare for them. */
export type OpenContestant = (photos: readonly Uint8Array[]) => Promise<Contestant>;

/** The contestants that run in a child process of their own, each loaded only there. */
export const contestants = {
  human: async () => (await import('./human.ts')).openHuman,
  'face-api': async () => (await import('./face-api.ts')).openFaceApi,
  'in process': async () => (await import('./in-process.ts')).openInProcess,
  bare: async () => (await import('./bare.ts')).openBare,
} satisfies Record<string, () => Promise<OpenContestant>>;

export type ContestantName = keyof typeof contestants;
