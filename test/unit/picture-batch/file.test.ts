import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBatchFile } from '../../../src/adapters/picture-batch/file/open-batch-file.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type Packed, zipOf } from '../../fixtures/archives/zip.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

/** What each picture is, or the code and message it is refused with. */
async function contentsOf(file: string, maxPictureBytes = 1_000_000) {
  await using batch = await openBatchFile(file, { maxPictureBytes });
  const told = [];
  for await (const { place, key, name, path, read } of batch.pictures(0)) {
    const bytes = await read(AbortSignal.timeout(5_000)).then(
      (read) => Buffer.from(read).toString(),
      (error: AppError) => {
        expect(error).toBeInstanceOf(AppError);
        return `${error.code}: ${error.message}`;
      },
    );
    told.push([Object.values(place)[0], path, key, ...(name === undefined ? [] : [name]), bytes]);
  }
  expect(told).toHaveLength(batch.total);
  return { told, ignored: batch.ignored };
}

const of = (name: string, more: Partial<Packed> = {}): Packed => ({
  name,
  bytes: Buffer.from(`<${name}>`),
  ...more,
});
const zipped = async (files: readonly Packed[]) => contentsOf(await put('people.zip', zipOf(files)));

describe('an archive of pictures', () => {
  it('tells whose each is by its folder, or by its own name at the top', async () => {
    expect(
      await zipped([of('ann/'), of('ann/1.jpg'), of('ann/2.PNG', { method: 0 }), of('Bea B.jpeg')]),
    ).toEqual({
      told: [
        [2, 'ann/1.jpg', 'ann', '<ann/1.jpg>'],
        [3, 'ann/2.PNG', 'ann', '<ann/2.PNG>'],
        [4, 'Bea B.jpeg', 'Bea B', '<Bea B.jpeg>'],
      ],
      ignored: 0,
    });
  });

  it('may have the folder of all people packed, and not what is in it', async () => {
    const { told } = await zipped([of('people/'), of('people/ann/1.jpg'), of('people/bea.jpg')]);
    expect(told).toEqual([
      [2, 'ann/1.jpg', 'ann', '<people/ann/1.jpg>'],
      [3, 'bea.jpg', 'bea', '<people/bea.jpg>'],
    ]);
  });

  it('leaves alone what is no picture, what systems hide in archives, and links', async () => {
    const files = ['__MACOSX/ann/._1.jpg', 'ann/.DS_Store', 'ann/._1.jpg', 'ann/notes.txt', 'ann/1.jpg'];
    const link = of('ann/passwd.jpg', { mode: 0o120_777 });
    expect(await zipped([...files.map((name) => of(name)), link])).toMatchObject({
      told: [[5, 'ann/1.jpg', 'ann', '<ann/1.jpg>']],
      ignored: 1,
    });
  });

  it('reads names in UTF-8 whether it says so or not, decomposed as macOS writes them, and those of DOS', async () => {
    const { told } = await zipped([
      of('Zoë/1.jpg'.normalize('NFD')),
      of('Ærø/1.jpg', { flags: 0 }),
      of('', { name: Buffer.from([0x5a, 0x6f, 0x89, 0x2e, 0x6a, 0x70, 0x67]), flags: 0 }),
    ]);
    expect(told.map(([, , key]) => key)).toEqual(['Zoë', 'Ærø', 'Zoë']);
  });

  it('refuses paths out of it and too deep, and whatever cannot be unpacked, and reads the others', async () => {
    const { told } = await zipped([
      of('../../etc/cron.d/1.jpg'),
      of('/ann/1.jpg'),
      of('C:\\ann\\1.jpg'),
      of('ann/2020/1.jpg'),
      of('ann/secret.jpg', { flags: 0x801 }),
      of('ann/lzma.jpg', { method: 14 }),
      of('ann/large.jpg', { size: 2_000_000 }),
      of('ann/flipped.jpg', { crc: 1 }),
      of('ann/bomb.jpg', { bytes: Buffer.alloc(5_000_000), size: 1_000 }),
      of('ann/cut.jpg', { bytes: Buffer.alloc(100), size: 900_000 }),
      of('bea\\good.jpg'),
    ]);
    const codes = told.map(([at, , , told]) => [at, told]);
    expect(codes).toEqual([
      ...[1, 2, 3].map((at) => [at, 'bad-input: The path leads out of the archive']),
      [4, 'bad-input: The picture lies deeper than in the folder of a person'],
      [5, 'unsupported-media: It is encrypted in the archive'],
      [6, 'unsupported-media: It is packed by another method than Deflate'],
      [7, 'too-large: It is larger than 1000000 bytes'],
      ...[8, 9, 10].map((at) => [at, 'picture-unreadable: It is damaged in the archive']),
      [11, '<bea\\good.jpg>'],
    ]);
  });

  it('may hold a list, which then tells whose each is, and what she is called', async () => {
    const list =
      'file,person,name\r\nanna/1.jpg,ann,"Ann ""A."" Smith"\r\nbea.png,bea,\r\ngone.jpg,cleo,\r\n';
    const files = [of('p/list.csv', { bytes: Buffer.from(list) }), of('p/bea.png'), of('p/anna/1.jpg')];
    expect(await zipped([...files, of('p/anna/2.jpg')])).toEqual({
      told: [
        [2, 'anna/1.jpg', 'ann', 'Ann "A." Smith', '<p/anna/1.jpg>'],
        [3, 'bea.png', 'bea', '<p/bea.png>'],
        [4, 'gone.jpg', 'cleo', 'picture-unreadable: The archive has no such file'],
      ],
      ignored: 1,
    });
    await expect(zipped([of('a.csv'), of('b.csv')])).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('that is none, is cut short or overlaps itself is refused as a whole', async () => {
    const refused = async (bytes: Uint8Array) => {
      const file = await put('people.zip', bytes);
      await expect(contentsOf(file)).rejects.toMatchObject({ code: 'bad-input' });
    };
    const whole = zipOf([of('ann/1.jpg'), of('ann/2.jpg')]);
    await refused(Buffer.from('no archive'));
    await refused(Buffer.alloc(0));
    await refused(whole.subarray(0, whole.length - 30));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, whole.indexOf('PK\x01\x02'), whole.indexOf('PK\x01\x02') + 4);
    await refused(damaged);
    const large = zipOf([{ name: 'a.jpg', bytes: Buffer.alloc(60_000, 'x'), method: 0 }]);
    const head = large.subarray(large.indexOf('PK\x01\x02'), large.indexOf('PK\x05\x06'));
    const end = Buffer.from(large.subarray(large.indexOf('PK\x05\x06')));
    end.writeUInt16LE(2, 8);
    end.writeUInt16LE(2, 10);
    const overlapping = Buffer.concat([large.subarray(0, large.indexOf('PK\x01\x02')), head, head, end]);
    await expect(contentsOf(await put('people.zip', overlapping))).rejects.toMatchObject({
      message: 'Entries of the archive overlap',
    });
  });

  it('with too many entries, or more bytes than are taken, is refused before they are looked at', async () => {
    const many = zipOf([of('a.jpg')]);
    many.writeUInt16LE(50_001, many.indexOf('PK\x05\x06') + 8);
    many.writeUInt16LE(50_001, many.indexOf('PK\x05\x06') + 10);
    await expect(contentsOf(await put('people.zip', many))).rejects.toMatchObject({ code: 'too-large' });
    const huge = Array.from({ length: 30 }, (_, at) => of(`${at}.jpg`, { size: 0xffff_fffe }));
    await expect(zipped(huge)).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('a list of pictures', () => {
  const listed = async (text: string | Uint8Array) => contentsOf(await put('list.csv', text));

  it('takes commas or semicolons, quotes, any order of columns, a byte order mark and either end of line', async () => {
    await put('a/1, 2.jpg', 'one');
    await put('b.jpg', 'two');
    const told = [
      [2, 'a/1, 2.jpg', 'Ann; A.', 'one'],
      [4, 'b.jpg', 'Bea', 'Miss Bea', 'two'],
    ];
    const header = ['person', 'note', 'file', 'name'];
    const rows = [header, ['"Ann; A."', '', '"a/1, 2.jpg"', ''], [], ['Bea', 'x', ' b.jpg ', 'Miss Bea']];
    for (const [delimiter, end] of [
      [',', '\n'],
      [';', '\r\n'],
    ] as const) {
      const text = rows.map((row) => row.join(delimiter)).join(end);
      expect((await listed(`\u{feff}${text}${end}`)).told).toEqual(told);
      expect((await listed(text)).told).toEqual(told);
    }
    expect((await listed('FILE;Person\na\\1, 2.jpg;Ann')).told).toMatchObject([
      [2, 'a\\1, 2.jpg', 'Ann', 'one'],
    ]);
  });

  it('reads long lines of any characters', async () => {
    const name = `x${'😀'.repeat(9_000)}`;
    await put('a.jpg', 'one');
    expect((await listed(`person,file,name\nann,a.jpg,"${name}"`)).told).toEqual([
      [2, 'a.jpg', 'ann', name, 'one'],
    ]);
  });

  it('reads nothing that does not lie below its folder, and tells line by line what is missing', async () => {
    await mkdir(join(folder, 'in'));
    await put('out.jpg', 'out');
    await put('in/good.jpg', 'good');
    await put('in/large.jpg', Buffer.alloc(2_000_000));
    await symlink('/etc', join(folder, 'in/etc'));
    await symlink('good.jpg', join(folder, 'in/link.jpg'));
    const files = [
      '../out.jpg',
      '/etc/passwd',
      'etc/passwd',
      'link.jpg',
      'gone.jpg',
      'good.jpg/x',
      '.',
      'large.jpg',
    ];
    const text = [
      'person,file',
      ...files.map((file) => `ann,${file}`),
      'ann',
      ',good.jpg',
      '""',
      'ann,good.jpg',
    ];
    const { told } = await contentsOf(await put('in/list.csv', text.join('\n')));
    const out = 'bad-input: The path leads out of the folder of the list';
    const link = 'bad-input: The path leads by way of a symbolic link';
    const gone = 'picture-unreadable: The file is not there';
    expect(told.map((row) => row.at(-1))).toEqual([
      ...[out, out, link, link, gone, gone],
      'picture-unreadable: The path names no file',
      'too-large: The file is larger than 1000000 bytes',
      'bad-input: The line names no file',
      'bad-input: The line names no person',
      'bad-input: The line names no person and no file',
      'good',
    ]);
  });

  it.each([
    ['person', '', 'does not name person and file'],
    ['no header', 'ann,1.jpg\nbea,2.jpg', 'does not name person and file'],
    ['no file', 'person,picture\nann,1.jpg', 'does not name file'],
    ['a column twice', 'person,file,file\nann,1.jpg,2.jpg', 'the column file twice'],
    ['an open quote', 'person,file\n"ann,1.jpg\n', 'is no CSV: Quote Not Closed'],
    ['Latin-1', Buffer.from('person,file\nZo\xeb,1.jpg', 'latin1'), 'not in UTF-8'],
    ['UTF-16', Buffer.from('\u{feff}person,file\nann,1.jpg', 'utf16le'), 'not in UTF-8'],
  ])('says what is wrong with its form: %s', async (_, text, message) => {
    await expect(listed(text)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(message),
    });
  });

  it('of too many lines is refused', async () => {
    await expect(listed(`person,file\n${'ann,1.jpg\n'.repeat(50_001)}`)).rejects.toMatchObject({
      code: 'too-large',
    });
  });
});

it('tells that a file is not there, or is neither an archive nor a list', async () => {
  await expect(contentsOf(join(folder, 'gone.zip'))).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('There is no'),
  });
  await expect(contentsOf(await put('a.txt', ''))).rejects.toMatchObject({ code: 'bad-input' });
  await mkdir(join(folder, 'a.zip'));
  await expect(contentsOf(join(folder, 'a.zip'))).rejects.toMatchObject({ code: 'bad-input' });
});
