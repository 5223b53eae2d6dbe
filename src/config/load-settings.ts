import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isCredential } from './credential-path.ts';
import { type Field, fields } from './fields.ts';
import { type Settings, settingsSchema } from './schema.ts';

/** One thing that is wrong with the configuration: `where` is a key of the file, a variable, or a file's name. */
export type Mistake = { readonly where: string; readonly expected: string };

/** All mistakes of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(['The configuration is wrong:', ...mistakes.map((m) => `  ${m.where}: ${m.expected}`)].join('\n'));
    this.mistakes = mistakes;
  }
}

export type SettingsSource = {
  /** The file to read; when absent `OSTIARY_CONFIG`, else `/etc/ostiary/ostiary.yaml` if that is there. */
  readonly file?: string | undefined;
  /** The process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

const usualFile = '/etc/ostiary/ostiary.yaml';

/** Variables with our prefix that are no settings: which file to read, and where the tests find labelled faces. */
const otherVariables: readonly string[] = ['OSTIARY_CONFIG', 'OSTIARY_FACES_DIR'];

type Tree = { [key: string]: unknown };

/** Reads the file and the environment (which wins), checks all of it, and freezes it. Throws one `ConfigError`. */
export function loadSettings(source: SettingsSource = {}): Settings {
  const { env = process.env } = source;
  const asked = source.file ?? env.OSTIARY_CONFIG;
  const mistakes: Mistake[] = [];
  const tree = readTree(asked ?? usualFile, asked === undefined, mistakes);
  const variables = placeVariables(tree, env, mistakes);
  const checked = settingsSchema.safeParse(tree);
  for (const issue of checked.error?.issues ?? []) mistakes.push(...toMistakes(issue, variables));
  if (mistakes.length > 0 || !checked.success) throw new ConfigError(mistakes);
  return freeze(checked.data);
}

function readTree(file: string, mayBeMissing: boolean, mistakes: Mistake[]): Tree {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code !== 'ENOENT' || !mayBeMissing)
      mistakes.push({ where: file, expected: `expected a readable file (${code})` });
    return {};
  }
  const document = parseDocument(text);
  for (const error of document.errors) mistakes.push({ where: file, expected: error.message.trimEnd() });
  if (document.errors.length > 0) return {};
  const tree: unknown = document.toJS() ?? {};
  if (!isTree(tree)) {
    mistakes.push({ where: file, expected: 'expected keys and values' });
    return {};
  }
  for (const field of fields) if (field.isPath) resolvePath(tree, field, dirname(resolve(file)));
  return tree;
}

function resolvePath(tree: Tree, field: Field, folder: string): void {
  const [parent, key] = walk(tree, field.path);
  if (parent && typeof parent[key] === 'string') parent[key] = toPath(parent[key], folder);
}

function toPath(text: string, folder: string): string {
  return text === '' || isCredential(text) ? text : resolve(folder, text);
}

/** The object that holds the field, if each one on the way is there, and the field's own key. */
function walk(tree: Tree, path: readonly string[]): [Tree | undefined, string] {
  let parent: unknown = tree;
  for (const key of path.slice(0, -1)) parent = isTree(parent) ? parent[key] : undefined;
  return [isTree(parent) ? parent : undefined, path.at(-1) ?? ''];
}

/** Writes the variables into the tree; answers which setting came from which of them. */
function placeVariables(
  tree: Tree,
  env: Readonly<Record<string, string | undefined>>,
  mistakes: Mistake[],
): ReadonlyMap<string, string> {
  const byName = new Map(fields.map((field) => [field.variable, field]));
  const placed = new Map<string, string>();
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('OSTIARY_') || text === undefined || otherVariables.includes(name)) continue;
    const field = byName.get(name);
    if (!field) {
      mistakes.push({ where: name, expected: unknownName(name, [...byName.keys()]) });
      continue;
    }
    placed.set(field.path.join('.'), name);
    place(tree, field.path, readText(field, text));
  }
  return placed;
}

function place(tree: Tree, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const next = tree[key] ?? {};
  // A mistake in the file (`http: 3`) is left for the schema to report.
  if (!isTree(next)) return;
  tree[key] = next;
  place(next, rest, value);
}

/** The variable's text as the number or truth value that its field wants, else as it is. */
function readText(field: Field, text: string): unknown {
  if (field.isPath) return toPath(text, '.');
  const readings: unknown[] = [text];
  if (/^-?\d+(\.\d+)?(e-?\d+)?$/.test(text)) readings.push(Number(text));
  if (text === 'true' || text === 'false') readings.push(text === 'true');
  return readings.find((reading) => z.safeParse(field.schema, reading).success) ?? readings.at(-1);
}

function toMistakes(issue: z.core.$ZodIssue, variables: ReadonlyMap<string, string>): Mistake[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = fields.map((field) => field.path.join('.'));
    return issue.keys.map((key) => {
      const where = path === '' ? key : `${path}.${key}`;
      return { where, expected: unknownName(where, known) };
    });
  }
  return [{ where: variables.get(path) ?? (path || 'the file'), expected: wording(issue) }];
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().map(wording))].join(', or ');
  }
  const text = issue.message
    .replace(/^Invalid (input|option|string): /, '')
    .replace(/^Too (small|big): /, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function unknownName(name: string, known: readonly string[]): string {
  const distances = known.map((other): [string, number] => [
    other,
    editDistance(name.toLowerCase(), other.toLowerCase()),
  ]);
  const [nearest, distance] = distances.reduce((best, next) => (next[1] < best[1] ? next : best));
  return `no such setting${distance <= 4 ? `; did you mean ${nearest}?` : ''}`;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let column = 0; column < other.length; column += 1) {
      const replaced = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
