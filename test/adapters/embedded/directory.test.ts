import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { open } from 'lmdb';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { ManualClock } from '../../support/manual-clock';
import { startTypescript } from '../../support/typescript-process';
import { codeOf, put } from '../store-suite/store-under-test';
import { useDirectories } from './use-directories';

const makeDirectory = useDirectories();
const openStore = (directory: string) => EmbeddedStore.open(directory, new ManualClock());

describe('the directory of an embedded store', () => {
  it('is used by one store at a time, also within a process', async () => {
    const directory = makeDirectory();
    const store = await openStore(directory);
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: `${directory} is used by process ${process.pid}`,
    });
    await put(store, 'a', '');
    await store.close();
    await (await openStore(directory)).close();
  });

  it('is refused while another process uses it, and free at once when that is killed', async () => {
    const directory = makeDirectory();
    const { child, ended } = startTypescript('test/adapters/embedded/store-process.ts', [directory, 'hold']);
    await once(child.stdout, 'data');
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: `${directory} is used by process ${child.pid}`,
    });
    child.kill('SIGKILL');
    await ended;
    await (await openStore(directory)).close();
  });

  it('is made where there is none, and taken if it is empty', async () => {
    const directory = join(makeDirectory(), 'deep', 'er.mdb');
    await (await openStore(directory)).close();
    expect(existsSync(join(directory, 'data.mdb'))).toBe(true);
    const empty = makeDirectory();
    mkdirSync(join(empty, 'lost+found'));
    await (await openStore(empty)).close();
  });

  it('is taken if a process ended while making it', async () => {
    const directory = makeDirectory();
    writeFileSync(join(directory, 'data.mdb'), '');
    writeFileSync(join(directory, 'lockstep.lock'), '1');
    const store = await openStore(directory);
    await put(store, 'a', '');
    await store.close();
  });

  it('is refused if it is something else', async () => {
    const file = join(makeDirectory(), 'file');
    writeFileSync(file, 'text');
    const full = makeDirectory();
    writeFileSync(join(full, 'notes.txt'), 'text');
    const other = makeDirectory();
    const foreign = open({ path: other, noSubdir: false });
    await foreign.put('theirs', 1);
    await foreign.close();
    for (const directory of [file, full, other]) {
      expect(await codeOf(openStore(directory))).toBe('STORE_FOREIGN');
    }
    expect(readFileSync(join(full, 'notes.txt'), 'utf8')).toBe('text');
    const theirs = open({ path: other, noSubdir: false });
    expect(theirs.get('theirs')).toBe(1);
    await theirs.close();
  });

  it('is refused if a newer version has written it', async () => {
    const directory = makeDirectory();
    await (await openStore(directory)).close();
    const root = open<Buffer, Buffer>({ path: directory, noSubdir: false, keyEncoding: 'binary', encoding: 'binary' });
    await root.put(Buffer.from('lockstep store format'), Buffer.from('{"format":2,"more":true}'));
    await root.close();
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_FOREIGN',
      message: expect.stringContaining('its layout has version 2, this program knows 1'),
    });
  });
});

describe('a damaged data file', () => {
  let sound: string;
  beforeAll(async () => {
    sound = makeDirectory();
    const store = await openStore(sound);
    await Promise.all(
      Array.from({ length: 2_000 }, (_, index) =>
        put(store, `key-${index}`, 'value '.repeat(index % 100 === 0 ? 5_000 : 20)),
      ),
    );
    await store.close();
  });

  it.each([
    ['text', (path: string) => writeFileSync(path, 'not a data file\n'.repeat(1_000))],
    ['zeros', (path: string) => writeFileSync(path, Buffer.alloc(100_000))],
    ['a few bytes', (path: string) => truncateSync(path, 100)],
    ['one page', (path: string) => truncateSync(path, 8_192)],
    ['half of it', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    // Its very last page may be a free one, which nobody misses.
    ['all but its last tenth', (path: string) => truncateSync(path, Math.floor(statSync(path).size * 0.9))],
    ['zeros behind its heads', (path: string) => overwrite(path, 16_384, Buffer.alloc(statSync(path).size - 16_384))],
    ['heads of garbage', (path: string) => overwrite(path, 0, Buffer.alloc(16_384, 0xa5))],
  ])('that holds %s is told, without an end of the process', async (_, damage) => {
    const directory = makeDirectory();
    cpSync(sound, directory, { recursive: true });
    damage(join(directory, 'data.mdb'));
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      message: expect.stringContaining('data.mdb is damaged: '),
    });
  });

  it('whose values were changed is told when they are read', async () => {
    const directory = makeDirectory();
    cpSync(sound, directory, { recursive: true });
    const path = join(directory, 'data.mdb');
    const bytes = readFileSync(path);
    for (let at = bytes.indexOf('value '); at >= 0; at = bytes.indexOf('value ', at + 1)) bytes.write('VALUE ', at);
    writeFileSync(path, bytes);
    const store = await openStore(directory);
    expect(await codeOf(store.get('key-77'))).toBe('STORE_DAMAGED');
    expect(await codeOf(store.range(''))).toBe('STORE_DAMAGED');
    expect(await codeOf(store.get('key-none'))).toBe('resolved');
    await store.close();
  });
});

function overwrite(path: string, at: number, bytes: Buffer): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}
