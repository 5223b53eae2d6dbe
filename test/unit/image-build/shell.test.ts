import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

const scripts = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.sh') || file === '.ci/run');

describe('the shell scripts', () => {
  it('are found', () => {
    expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'image-build/bootstrap.sh']));
  });

  it.each(scripts)('%s stops at the first failure and has no finding of shellcheck', (script) => {
    expect(readFileSync(join(root, script), 'utf8')).toMatch(/^set -E?euo pipefail$/m);
    const { stdout, status } = spawnSync('shellcheck', ['--severity=style', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('bootstrap.sh refuses a purpose that it does not know', () => {
    const { stderr, status } = spawnSync(join(root, 'image-build/bootstrap.sh'), ['fly'], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('run|test|bench');
    expect(status).toBe(2);
  });
});
