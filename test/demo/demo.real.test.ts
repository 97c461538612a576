import { describe, expect, it } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** What the command prints, and how it ends. */
function play(
  script: readonly string[],
  args: readonly string[],
): Promise<{ readonly status: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', ...script, '--', ...args], { cwd: ROOT, timeout: 400_000 }, (error, out) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), out }),
    );
  });
}

const leftBehind = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lockstep-demo-'));

const databases = (): string[] => readdirSync(tmpdir()).filter((name) => /^lockstep-database-(?!base-)/u.test(name));

const running = (): string =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('lockstep-demo-'))
    .join('\n');

describe('npm run demo', () => {
  it('tells each thing as a line of JSON, ends with agreement, and leaves nothing behind', async () => {
    const { status, out } = await play(['demo'], ['--output', 'json']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect({ status, end: lines.at(-1) }).toEqual({ status: 0, end: { kind: 'end', agree: true, differences: [] } });
    const tables = lines.filter(({ kind }) => kind === 'table');
    expect(tables.at(-1)).toEqual({
      kind: 'table',
      name: 'shop.payments',
      columns: ['id', 'c1', 'c2', 'c3'],
      rows: 16,
    });
    const commands = lines.filter(({ kind }) => kind === 'command').map(({ line }) => String(line).split(' ')[1]);
    expect(commands).toEqual([
      ...['why', 'unlock-ddl-lock', 'unlock-ddl-lock', 'show-ddl-locks'],
      ...['show-ddl-locks', 'unlock-ddl-lock', 'show-ddl-locks', 'unlock-ddl-lock'],
      ...['task', 'unlock-ddl-lock', 'query-status', 'break-ddl-lock', 'exclude-source', 'show-ddl-locks'],
    ]);
    expect(leftBehind()).toEqual([]);
    expect(running()).toBe('');
  }, 420_000);
});

describe('npm run demo:mysql', () => {
  it('merges what two real databases write all the time, compares every row, and leaves nothing behind', async () => {
    const before = databases();
    const { status, out } = await play(['demo:mysql'], ['--output', 'json']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect({ status, end: lines.at(-1) }).toEqual({ status: 0, end: { kind: 'end', agree: true, differences: [] } });
    const tables = lines
      .filter(({ kind }) => kind === 'table')
      .map(({ name, columns }) => `${String(name)}: ${String(columns)}`);
    expect(tables).toEqual([
      'shop.orders: id,note,legacy',
      'shop.orders: id,note,legacy,price',
      'shop.orders: id,note,price',
      'shop.orders: id,remark,price',
      'shop.orders: id,remark,price,qty',
      'shop.payments: id,amount,fee',
      'shop.payments: id,amount,fee',
    ]);
    expect(leftBehind()).toEqual([]);
    expect(databases()).toEqual(before);
    expect(running()).toBe('');
  }, 420_000);
});
