import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const ROOT = join(__dirname, '..', '..');
const WIRE = gunzipSync(readFileSync(join(__dirname, 'vectors', 'wire.jsonl.gz'))).toString('utf8');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-conformance-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const loader = ['--require', './test/tools/load-typescript.js', 'test/conformance/main.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...loader, ...args], { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the conformance command', () => {
  it('prints exactly one object with every deviation, and finds kinds and packing without names', () => {
    const plain = fileOf('a.txt', WIRE);
    const packed = fileOf('ddl.jsonl', gzipSync(WIRE));
    const { status, stdout } = run('--json', plain, packed);
    expect(status).toBe(0);
    const lines = WIRE.trim().split('\n').length;
    const report: unknown = JSON.parse(stdout);
    const numbers = [
      ...Array.from({ length: 8 }, (_, n) => `${n + 1}`),
      ...Array.from({ length: 15 }, (_, n) => `P${n + 1}`),
    ];
    const file = (name: string): object => ({
      file: name,
      kind: 'wire',
      cases: lines,
      steps: lines,
      agree: lines - 6,
      disagree: 0,
      cut: 6,
      refused: 0,
      deviations: Object.fromEntries(numbers.map((number) => [number, number === 'P15' ? 6 : 0])),
      first: [],
    });
    expect(report).toEqual({ files: [file(plain), file(packed)], disagree: 0 });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 1 and shows what differs', () => {
    const file = fileOf(
      'tampered.jsonl',
      WIRE.replaceAll('"value":"{\\"task\\":\\"task-1\\"', '"value":"{\\"task\\":\\"task-2\\"'),
    );
    const { status, stdout } = run(file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/[1-9]\d* disagree/u);
    expect(stdout).toMatch(/line 1 SourceTables, step 0, value\n {4}expected .*task-2.*\n {4}actual .*task-1/u);
  });

  it.each<[string, () => string, string]>([
    ['a missing file', () => join(folder, 'nothing.jsonl'), 'no such file'],
    ['a folder', () => folder, 'not a file'],
    ['an empty file', () => fileOf('empty.jsonl', '\n'), 'holds no lines'],
    ['a damaged line', () => fileOf('damaged.jsonl', `${WIRE}{"what":\n`), 'is not JSON'],
    ['a damaged package', () => fileOf('damaged.gz', gzipSync(WIRE).subarray(0, 100)), 'cannot be read'],
    [
      'an unknown kind',
      () => fileOf('wire.jsonl', '{"b":1,"a":2}\n'),
      'unknown kind; its first line has the fields a, b',
    ],
    ['an unknown option', () => '--jsno', 'no such option'],
  ])('ends with 2 for %s', (_, file, message) => {
    const { status, stdout, stderr } = run(file());
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});
