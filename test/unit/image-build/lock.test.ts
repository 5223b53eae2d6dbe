import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Entry = {
  version: string;
  integrity?: string;
  engines?: unknown;
  optionalDependencies?: Record<string, string>;
};

const { packages }: { packages: Record<string, Entry> } = JSON.parse(
  readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'),
);
const installed = Object.entries(packages).filter(([place]) => place !== '');

it('package-lock.json pins every package by its hash', () => {
  expect(installed.length).toBeGreaterThan(100);
  expect(
    installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([place]) => place),
  ).toEqual([]);
});

it('package-lock.json can be installed on any machine, by any Node: `npm run lock` was run', () => {
  const places = new Set(Object.keys(packages));
  const undescribed = installed.flatMap(([, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => ![...places].some((place) => place.endsWith(`node_modules/${name}`)),
    ),
  );
  expect(undescribed).toEqual([]);
  expect(installed.filter(([, { engines }]) => engines !== undefined).map(([place]) => place)).toEqual([]);
});
