// Tells by its exit code whether node_modules holds what package-lock.json wants: for running (`run`), or `all` of it.
// Plain JavaScript, for it runs before our own Node is there.
import { readFileSync } from 'node:fs';

const [purpose] = process.argv.slice(2);

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).packages;
  } catch (error) {
    // Nothing is installed yet, or an installation was broken off.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

const wanted = readPackages('../package-lock.json');
// What npm wrote down at the end of its last installation.
const installed = readPackages('../node_modules/.package-lock.json');

const isCurrent = Object.entries(wanted).every(
  ([place, { version, integrity, dev, optional, devOptional }]) => {
    if (place === '' || (dev && purpose !== 'all')) return true;
    const found = installed[place];
    // An optional package is for one kind of machine: it may be absent, but not another version.
    if (!found) return Boolean(optional || devOptional);
    return found.version === version && found.integrity === integrity;
  },
);
process.exit(isCurrent ? 0 : 1);
