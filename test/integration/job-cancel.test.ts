import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { ostiary, patience, startService, tempFolder } from '../harness/command.ts';
import { portrait } from '../harness/photographs.ts';

test('a job that is under way is told to stop by ostiary jobs cancel', async () => {
  await using folder = await tempFolder();
  const at = (name: string) => join(folder.path, name);
  const here = { data: at('here') };
  for (const name of ['ann', 'bea'] as const) {
    await writeFile(at(`${name}.jpg`), await portrait(name));
    expect((await ostiary(['enrol', name, at(`${name}.jpg`)], here)).exitCode).toBe(0);
  }
  expect((await ostiary(['export', '--to', at('out')], here)).exitCode).toBe(0);
  // The import waits at its first face for a crop that comes through a pipe.
  const [line] = (await readFile(at('out/faces.jsonl'), 'utf8')).split('\n');
  const file = join(at('out'), JSON.parse(line!).crop.file);
  const crop = await readFile(file);
  await rm(file);
  await promisify(execFile)('mkfifo', [file]);

  const there = { data: at('there') };
  await using _service = await startService(there);
  const importing = ostiary(['import', at('out')], there);
  const run = (...args: string[]) => ostiary(['jobs', ...args], there);
  const id = await vi.waitFor(async () => {
    const { stdout } = await ostiary(['--json', 'jobs', 'list', '--state', 'running'], there);
    const [job] = JSON.parse(stdout).jobs as { id: string }[];
    expect(job).toBeDefined();
    return job!.id;
  }, patience);
  expect(await run('cancel', id)).toMatchObject({ exitCode: 0, stdout: 'The job is told to stop.\n' });
  await writeFile(file, crop);
  expect(await importing).toMatchObject({
    exitCode: 1,
    stdout: 'The import is not whole: the job was cancelled\n',
  });
  expect((await run('cancel', id)).exitCode).toBe(0);
  expect((await run('show', id)).stdout).toMatch(/state +cancelled/);
});
