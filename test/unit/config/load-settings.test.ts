import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialPath } from '../../../src/config/credential-path.ts';
import { fields } from '../../../src/config/fields.ts';
import {
  ConfigError,
  loadSettings,
  type Mistake,
  type SettingsSource,
} from '../../../src/config/load-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string): string {
  files += 1;
  const file = join(folder, `settings-${files}.yaml`);
  writeFileSync(file, text);
  return file;
}

function mistakesOf(source: SettingsSource): readonly Mistake[] {
  try {
    loadSettings({ env: {}, ...source });
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('gives every setting its default where there is neither file nor variable', () => {
    const settings = loadSettings({ file: fileOf(''), env: {} });
    expect(settings.http).toEqual({
      host: '127.0.0.1',
      port: 8080,
      ports: { compreface: 'off', faceMatchExpert: 'off', faceSearch: 'off', enface: 'off', findface: 'off' },
      plain: false,
      tls: {},
    });
    expect(settings.vision.profile).toBe('default');
    expect(settings.models).toEqual({});
  });

  it('reads a file, and lets a variable win over it', () => {
    const file = fileOf('http:\n  port: 9000\n  ports: { compreface: 9001 }\nvision: { tiles: never }\n');
    const settings = loadSettings({
      file,
      env: { OSTIARY_HTTP_PORT: '0', OSTIARY_GALLERY_PICTURES: 'thumbnail' },
    });
    expect(settings.http.port).toBe(0);
    expect(settings.http.ports.compreface).toBe(9001);
    expect(settings.vision.tiles).toBe('never');
    expect(settings.gallery.pictures).toBe('thumbnail');
  });

  it('reads rates as they are written, also from variables', () => {
    const file = fileOf('gallery: { enrolment: { duplicates: reached, duplicateFmr: 1e-3, maxYaw: 25.5 } }');
    expect(loadSettings({ file, env: {} }).gallery.enrolment).toEqual({
      ...{ duplicates: 'reached', duplicateFmr: 1e-3, maxYaw: 25.5, whenFull: 'refuse' },
    });
    const env = { OSTIARY_GALLERY_ENROLMENT_DUPLICATE_FMR: '1e-6' };
    expect(loadSettings({ file, env }).gallery.enrolment.duplicateFmr).toBe(1e-6);
  });

  it('asks nothing of a face that is enrolled where nothing is set', () => {
    const off = { duplicates: 'off', duplicateFmr: 1e-4, whenFull: 'refuse' };
    expect(loadSettings({ file: fileOf(''), env: {} }).gallery.enrolment).toEqual(off);
  });

  it('finds the file that OSTIARY_CONFIG names, unless another is asked for', () => {
    const env = { OSTIARY_CONFIG: fileOf('http: { port: 1 }') };
    expect(loadSettings({ env }).http.port).toBe(1);
    expect(loadSettings({ file: fileOf('http: { port: 2 }'), env }).http.port).toBe(2);
  });

  it('keeps the text of a variable as it is where text is wanted', () => {
    expect(loadSettings({ file: fileOf(''), env: { OSTIARY_VISION_PROFILE: '12' } }).vision.profile).toBe(
      '12',
    );
  });

  it('takes relative paths of the file from its folder, and those of variables from the working directory', () => {
    const settings = loadSettings({
      file: fileOf('data: { dir: here }'),
      env: { OSTIARY_MODELS_DIR: 'there' },
    });
    expect(settings.data.dir).toBe(join(folder, 'here'));
    expect(settings.models.dir).toBe(join(process.cwd(), 'there'));
  });

  it('freezes what it gives, all the way down', () => {
    const settings = loadSettings({ file: fileOf(''), env: {} });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.http.ports)).toBe(true);
  });

  it('can set every setting by its variable', () => {
    const reached = fields.filter(
      (field) => mistakesOf({ file: fileOf(''), env: { [field.variable]: '{' } }).length === 0,
    );
    const paths = [
      'data.dir',
      'data.signingFile',
      'http.tls.certificate',
      'http.tls.key',
      'models.dir',
      'store.keyFile',
      'backup.dir',
      'backup.keyFile',
      'backup.passphraseFile',
      'portable.dir',
    ];
    const free = [...paths, 'vision.profile'];
    // Anything but free text is checked, so a value that fits nowhere must be noticed.
    expect(reached.map((field) => field.path.join('.')).filter((path) => !free.includes(path))).toEqual([]);
    expect(new Set(fields.map((field) => field.variable)).size).toBe(fields.length);
  });

  it('leaves a credential of systemd to be looked for when it is read', () => {
    const path = '$CREDENTIALS_DIRECTORY/store-key';
    const file = fileOf(`store: { keyFile: ${path} }`);
    expect(loadSettings({ file, env: {} }).store.keyFile).toBe(path);
    expect(loadSettings({ file: fileOf(''), env: { OSTIARY_STORE_KEY_FILE: path } }).store.keyFile).toBe(
      path,
    );
    expect(credentialPath(path, { CREDENTIALS_DIRECTORY: '/run/credentials/ostiary' })).toBe(
      '/run/credentials/ostiary/store-key',
    );
    expect(credentialPath(path, {})).toBeUndefined();
    expect(credentialPath('/etc/key', {})).toBe('/etc/key');
  });

  it('reports all mistakes of file and variables together, each with its place and what was expected', () => {
    const file = fileOf('http: { port: x, prot: 1 }\nlimits: { jsonDepth: -1 }\nvison: {}\ndata: 5\n');
    const env = {
      OSTIARY_VISION_TILES: 'sometimes',
      OSTIARY_HTP_PORT: '1',
      OSTIARY_HTTP_PORTS_COMPREFACE: 'on',
    };
    expect(
      Object.fromEntries(mistakesOf({ file, env }).map((mistake) => [mistake.where, mistake.expected])),
    ).toEqual({
      OSTIARY_HTP_PORT: 'no such setting; did you mean OSTIARY_HTTP_PORT?',
      OSTIARY_HTTP_PORTS_COMPREFACE: 'expected number, received string, or expected "off"',
      OSTIARY_VISION_TILES: 'expected one of "auto"|"always"|"never"',
      data: 'expected object, received number',
      'http.port': 'expected number, received string',
      'http.prot': 'no such setting; did you mean http.port?',
      'limits.jsonDepth': 'expected number to be >0',
      vison: 'no such setting',
    });
  });

  it.each<[string, SettingsSource, string, RegExp]>([
    [
      'a file that is not there',
      { file: '/nowhere/ostiary.yaml' },
      '/nowhere/ostiary.yaml',
      /readable file \(ENOENT\)/,
    ],
    ['text that is no YAML', { file: fileOf('http: {') }, 'settings', /line 1/],
    ['a key that stands twice', { file: fileOf('log: {level: info, level: warn}') }, 'settings', /unique/],
    ['a list instead of keys', { file: fileOf('- 1') }, 'settings', /keys and values/],
    ['a port beyond 65535', { env: { OSTIARY_HTTP_PORT: '65536' } }, 'OSTIARY_HTTP_PORT', /<=65535/],
    ['an empty path', { env: { OSTIARY_DATA_DIR: '' } }, 'OSTIARY_DATA_DIR', />=1/],
    [
      'plain HTTP off the loopback',
      { env: { OSTIARY_HTTP_HOST: '0.0.0.0' } },
      'OSTIARY_HTTP_HOST',
      /http.tls, or http.plain/,
    ],
    [
      'a certificate without its key',
      { file: fileOf('http: {tls: {certificate: a}}') },
      'http.tls.key',
      /beside/,
    ],
    [
      'a key without its certificate',
      { file: fileOf('http: {tls: {key: a}}') },
      'http.tls.certificate',
      /beside/,
    ],
    [
      'a rate of 0',
      { file: fileOf('gallery: {enrolment: {duplicateFmr: 0}}') },
      'gallery.enrolment.duplicateFmr',
      />0/,
    ],
    [
      'a quality beyond 1',
      { env: { OSTIARY_GALLERY_ENROLMENT_MIN_QUALITY: '1.1' } },
      'OSTIARY_GALLERY_ENROLMENT_MIN_QUALITY',
      /<=1/,
    ],
    ['a mirror without TLS', { file: fileOf('models: {mirror: "http://m"}') }, 'models.mirror', /https/],
  ])('refuses %s', (_, source, where, expected) => {
    const mistakes = mistakesOf(source);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]?.where).toContain(where);
    expect(mistakes[0]?.expected).toMatch(expected);
  });

  it.each([
    { http: { host: '127.0.0.2' } },
    { http: { host: '0.0.0.0', plain: true } },
    { http: { host: '::', tls: { certificate: 'a', key: 'b' } } },
  ])('lets %j pass', (settings) => {
    expect(mistakesOf({ file: fileOf(JSON.stringify(settings)) })).toEqual([]);
  });
});
