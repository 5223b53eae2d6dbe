import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Loads each native part once, so that one which does not fit this machine is named here and not by a stack trace. */
const parts: Record<string, () => Promise<string>> = {
  'the addon native/crc32c': async () => {
    await import('../native/crc32c/binding.ts');
    return 'native/crc32c';
  },
  'the addon native/faiss': async () => {
    await import('../native/faiss/binding.ts');
    return 'native/faiss';
  },
  'the addon native/jpeg': async () => {
    await import('../native/jpeg/binding.ts');
    return 'native/jpeg';
  },
  'the addon native/packs': async () => {
    await import('../native/packs/binding.ts');
    return 'native/packs';
  },
  'the addon native/pixels': async () => {
    await import('../native/pixels/binding.ts');
    return 'native/pixels';
  },
  'ONNX Runtime': async () => {
    const { env } = await import('onnxruntime-node');
    return `ONNX Runtime ${env.versions.node}`;
  },
  sharp: async () => {
    const { default: sharp } = await import('sharp');
    return `sharp ${sharp.versions.sharp}`;
  },
  LMDB: async () => {
    const { open } = await import('lmdb');
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-check-'));
    await open({ path: folder }).close();
    rmSync(folder, { recursive: true });
    return 'LMDB';
  },
};

const good = [`Node ${process.versions.node}`];
for (const [name, load] of Object.entries(parts)) {
  try {
    good.push(await load());
  } catch (error) {
    console.log('failed');
    console.error(
      `${name} cannot be loaded by Node ${process.versions.node} on ${process.platform}-${process.arch}:`,
    );
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
console.log(good.join(', '));
