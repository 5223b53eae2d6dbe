import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import type { Catalogue, ModelEntry } from '../src/domain/catalogue.ts';

export type ConversionOptions = {
  readonly catalogueFile: string;
  /** Where the ONNX files go. */
  readonly folder: string;
  /** `check` fails when the bytes made are not the catalogue's; `pin` writes their digests into the catalogue. */
  readonly digests: 'check' | 'pin';
  readonly log: (line: string) => void;
};

export type ConversionReport = { readonly converted: string[]; readonly upToDate: string[] };

type ConvertedEntry = ModelEntry & { readonly source: { readonly kind: 'converted' } };

/** Makes every network of the catalogue that comes from an npm package, unless its file is there and the right one. */
export async function convertModels(options: ConversionOptions): Promise<ConversionReport> {
  // The schema is left to the tests and to everybody who opens the catalogue: to load it would take as long again as
  // a run that finds everything up to date.
  const catalogue: Catalogue = JSON.parse(await readFile(options.catalogueFile, 'utf8'));
  await mkdir(options.folder, { recursive: true });
  const report: ConversionReport = { converted: [], upToDate: [] };
  for (const entry of catalogue.models.filter(isConverted)) {
    const file = path.join(options.folder, entry.file);
    if (options.digests === 'check' && (await digestOfFile(file)) === entry.sha256) {
      report.upToDate.push(entry.id);
      continue;
    }
    const startedAt = performance.now();
    const onnx = await convert(entry);
    const digest = sha256(onnx);
    if (options.digests === 'pin')
      await pinDigest(options.catalogueFile, catalogue, { id: entry.id, digest });
    else if (digest !== entry.sha256) throw new Error(mismatch(entry, digest));
    await writeAtomically(file, onnx);
    report.converted.push(entry.id);
    options.log(
      `${entry.id}: ${entry.file}, ${onnx.length} bytes, ${Math.round(performance.now() - startedAt)} ms`,
    );
  }
  return report;
}

function isConverted(entry: ModelEntry): entry is ConvertedEntry {
  return entry.source.kind === 'converted';
}

async function convert(entry: ConvertedEntry): Promise<Uint8Array> {
  // Loaded only now, for the same reason.
  const { converters } = await import('./converters.ts');
  const converter = converters.get(entry.id);
  if (!converter) throw new Error(`There is no converter for ${entry.id}`);
  const [description, ...weights] = await Promise.all(
    entry.source.files.map((file) => readFile(path.join(packageFolder(entry.source.package), file))),
  );
  return converter(description!.toString('utf8'), Buffer.concat(weights));
}

function packageFolder(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (!file) throw new Error(`The npm package ${name} is not installed: run npm ci`);
  return path.dirname(file);
}

async function digestOfFile(file: string): Promise<string | undefined> {
  try {
    return sha256(await readFile(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function mismatch(entry: ConvertedEntry, digest: string): string {
  return (
    `${entry.id} was converted to other bytes than the catalogue names (${digest}, not ${entry.sha256}): ` +
    `${entry.source.package} is another version than package-lock.json names (run npm ci), or the converter ` +
    'was changed (then run node models/convert.ts --pin and the parity tests)'
  );
}

async function pinDigest(
  file: string,
  catalogue: Catalogue,
  { id, digest }: { id: string; digest: string },
): Promise<void> {
  const entry = catalogue.models.find((model) => model.id === id);
  if (!entry) return;
  const text = await readFile(file, 'utf8');
  await writeAtomically(file, Buffer.from(text.replace(entry.sha256, digest)));
}

/** Another process sees the old file or the new one, never a part. */
async function writeAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, bytes, { flush: true });
  await rename(temporary, file);
}
