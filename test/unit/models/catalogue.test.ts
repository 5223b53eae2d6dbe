import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { converters } from '../../../models/converters.ts';
import { catalogueSchema } from '../../../src/domain/catalogue.ts';

const file = new URL('../../../models/catalogue.json', import.meta.url);
const { models, profiles } = catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

describe('the model catalogue', () => {
  it('names no network, file or embedding model twice', () => {
    const embeddings = models.flatMap((entry) => entry.embedding?.modelId ?? []);
    for (const names of [models.map((entry) => entry.id), models.map((entry) => entry.file), embeddings]) {
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it('gives profiles networks of the role that they are named for', () => {
    for (const profile of Object.values(profiles)) {
      for (const [role, id] of Object.entries(profile)) {
        expect(models.find((entry) => entry.id === id)?.role, id).toBe(role);
      }
    }
  });

  it('needs no file but those of the npm packages for the default profile', () => {
    for (const id of Object.values(profiles.default!)) {
      expect(models.find((entry) => entry.id === id)?.source.kind, id).toBe('converted');
    }
  });

  it('has a converter for each network that is converted, and no other', () => {
    const converted = models.filter((entry) => entry.source.kind === 'converted').map((entry) => entry.id);
    expect([...converters.keys()].sort()).toEqual(converted.sort());
  });

  it('says of detectors when a box counts, and of all others how a face is cut', () => {
    for (const entry of models) {
      expect(entry.detection !== undefined, entry.id).toBe(entry.role === 'detector');
      expect(entry.alignment !== undefined, entry.id).toBe(entry.role !== 'detector');
      expect(entry.embedding !== undefined, entry.id).toBe(entry.role === 'embedding');
    }
  });
});
