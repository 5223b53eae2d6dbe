import { readFileSync } from 'node:fs';

/** Tells by its exit code whether node_modules holds what package-lock.json wants: to run (`run`), or `all` of it. */

type Entry = {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
};
type Packages = Readonly<Record<string, Entry>>;

function readPackages(file: string): Packages {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).packages;
}

/** What npm wrote down at the end of its last installation; nothing when that was broken off. */
function readInstalled(): Packages {
  try {
    return readPackages('../node_modules/.package-lock.json');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError) return {};
    throw error;
  }
}

const [purpose] = process.argv.slice(2);
const installed = readInstalled();

const isCurrent = Object.entries(readPackages('../package-lock.json')).every(([place, wanted]) => {
  if (place === '' || (wanted.dev && purpose !== 'all')) return true;
  const found = installed[place];
  // An optional package is for one kind of machine: it may be absent, but not another version.
  if (!found) return Boolean(wanted.optional || wanted.devOptional);
  return found.version === wanted.version && found.integrity === wanted.integrity;
});
process.exit(isCurrent ? 0 : 1);
