import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trimEnd()
  .split('\n');

/** The headings of a page as the fragments that links use. */
function fragmentsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = '', fragment] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return true;
  return fragment !== undefined && !fragmentsOf(readFileSync(target, 'utf8')).includes(fragment);
}

describe('the documentation', () => {
  it.each(pages)('%s points only at what is there', (page) => {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = '']) => link,
    );
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('can be walked from the README to every page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const [, link = ''] of readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s#]+)/g)) {
        const target = join(dirname(page), link);
        if (target.endsWith('.md') && existsSync(join(root, target))) reached.add(target);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
