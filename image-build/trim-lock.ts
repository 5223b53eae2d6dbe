import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Takes out of package-lock.json what keeps `npm ci` from installing elsewhere:
 * - optional packages of other systems that the registry at hand did not give; `npm ci` refuses a lock that names a
 *   package without describing it, and a mirror need not carry those of every system;
 * - the Node versions that packages ask for; it would compare them with the Node of the machine, which runs nothing but
 *   npm, and leave out optional packages that our own Node can very well load.
 */

const lockFile = new URL('../package-lock.json', import.meta.url);

type Entry = { optionalDependencies?: Record<string, string>; engines?: unknown };
type Lock = { readonly packages: Record<string, Entry> };

/** Whether Node finds the package `name` from the package that is installed at `place`. */
function isDescribed(lock: Lock, place: string, name: string): boolean {
  const folders = place
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...folders, ''].some((folder) => `${folder}${folder && '/'}node_modules/${name}` in lock.packages);
}

const lock: Lock = JSON.parse(readFileSync(lockFile, 'utf8'));
for (const [place, entry] of Object.entries(lock.packages)) {
  if (place !== '') delete entry.engines;
  const { optionalDependencies = {} } = entry;
  for (const name of Object.keys(optionalDependencies)) {
    if (isDescribed(lock, place, name)) continue;
    delete optionalDependencies[name];
    console.log(`${place}: without ${name}`);
  }
}
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
