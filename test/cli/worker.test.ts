import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkers } from '../../src/cli/worker/run-worker';
import { useServer } from '../support/use-server';

const server = useServer();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-worker-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const PLUGIN = `
exports.createUpstream = ({ rows }) => ({
  tables: async () => [{ schema: 'db', table: 't1' }],
  createTable: async () => 'CREATE TABLE t1 (id INT PRIMARY KEY)',
  async *read(from, signal) {
    if (from === null) yield { kind: 'ddl', position: 1, schema: 'db', sql: 'ALTER TABLE t1 ADD COLUMN c INT' };
    const table = { schema: 'db', table: 't1' };
    for (let id = Math.max(1, from ?? 1); id <= rows; id += 1)
      yield { kind: 'rows', position: id + 1, table, change: 'insert', rows: [{ after: { id, c: id } }] };
    yield { kind: 'idle', position: rows + 1 };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
  compare: (a, b) => a - b,
  close: async () => {},
});
const { appendFileSync } = require('node:fs');
exports.createDownstream = ({ log }, folder) => ({
  execute: async (ddl) => { appendFileSync(folder + '/' + log, ddl + '\\n'); return { kind: 'done' }; },
  apply: async (changes) => {
    for (const { rows } of changes) for (const { after } of rows) appendFileSync(folder + '/' + log, 'row ' + after.id + '\\n');
  },
  close: async () => {},
});
`;

function writeConfig(change: (text: string) => string = (text) => text): string {
  writeFileSync(join(folder, 'plugin.js'), PLUGIN);
  const file = join(folder, 'worker.yaml');
  const text = `
server: ${server.url.replace('/graphql', '')}
name: w1
task: cli
mode: optimistic
source: s1
upstream: { plugin: ./plugin.js, rows: 3 }
downstream: { plugin: ./plugin.js, log: out.log }
checkpoints: { plugin: file, folder: ./checkpoints }
routes:
  - { schema-pattern: db, table-pattern: 't[0-9]', target-schema: d, target-table: t }
limits: { ttl-ms: 5000 }
`;
  writeFileSync(file, change(text));
  return file;
}

/** Run until a line of the progress matches. */
async function run(file: string, until: RegExp): Promise<string> {
  const controller = new AbortController();
  let text = '';
  const write = (more: string): void => {
    text += more;
    if (until.test(text)) controller.abort();
  };
  await runWorkers(file, { write, nowMs: () => 0, interrupted: controller.signal });
  return text;
}

/** Makes an upstream whose connection is closed before the process may end, and a downstream that can't be made. */
const BROKEN = `${PLUGIN}
const { writeFileSync } = require('node:fs');
const make = exports.createUpstream;
exports.createUpstream = (settings, folder) => ({ ...make(settings), close: async () => writeFileSync(folder + '/closed', '') });
exports.createDownstream = () => { throw new Error('no database'); };
`;

describe('lockstep worker', () => {
  it('runs what its file says, tells its progress, stops in order, and goes on from its checkpoint', async () => {
    const text = await run(writeConfig(), /caught-up/u);
    expect(text).toMatch(/ acknowledged revision="\d+" outcome="ACKNOWLEDGED" table=db\.t1 target=d\.t ddls=/u);
    expect(text).toMatch(/ stopped\n$/u);
    const log = (): string => readFileSync(join(folder, 'out.log'), 'utf8');
    expect(log()).toBe('ALTER TABLE `d`.`t` ADD COLUMN `c` INT\nrow 1\nrow 2\nrow 3\n');
    expect(
      await run(
        writeConfig((text) => text.replace('rows: 3', 'rows: 4')),
        /caught-up/u,
      ),
    ).not.toMatch(/reported/u);
    expect(log()).toMatch(/row 3\nrow 4\n$/u);
  });

  it('plays a script into tables in memory, and stores where it is together with them', async () => {
    const script =
      'CREATE TABLE t1 (id INT PRIMARY KEY);\nALTER TABLE t1 ADD COLUMN c INT;\nINSERT INTO t1 VALUES (1, 2);\n';
    writeFileSync(join(folder, 'shard.sql'), `CREATE DATABASE db;\n${script}`);
    const file = writeConfig((text) =>
      text
        .replace('task: cli', 'task: script')
        .replace('{ plugin: ./plugin.js, rows: 3 }', '{ plugin: script, file: shard.sql, schema: db }')
        .replace('{ plugin: ./plugin.js, log: out.log }', '{ plugin: memory, file: tables.json }'),
    );
    expect(await run(file, /caught-up/u)).toMatch(/acknowledged/u);
    const before = readFileSync(join(folder, 'tables.json'), 'utf8');
    expect(await run(file, /caught-up/u)).not.toMatch(/reported/u);
    expect(readFileSync(join(folder, 'tables.json'), 'utf8')).toBe(before);
  });

  it('keeps the checkpoints of two tasks apart in one folder', async () => {
    const several = (text: string): string =>
      text.replace('task: cli', 'workers: [{ task: one }, { task: two }]').replace('./checkpoints', './several');
    const text = await run(
      writeConfig(several),
      /one\/s1\] caught-up[^]*two\/s1\] caught-up|two\/s1\] caught-up[^]*one\/s1\] caught-up/u,
    );
    expect(text).not.toMatch(/failed/u);
    expect(readdirSync(join(folder, 'several')).sort()).toEqual(['one@s1.json', 'two@s1.json']);
  });

  it('closes what it has made when the rest can’t be made', async () => {
    writeFileSync(join(folder, 'broken.js'), BROKEN);
    const file = writeConfig((text) => text.replaceAll('./plugin.js', './broken.js'));
    await expect(run(file, /caught-up/u)).rejects.toThrow('createDownstream failed: no database');
    expect(existsSync(join(folder, 'closed'))).toBe(true);
  });

  it.each([
    ['a token file that isn’t there', (text: string) => `${text}token-file: ./no\n`, /the token file .*no such file/u],
    ['an empty pattern', (text: string) => text.replace('schema-pattern: db', "schema-pattern: ''"), /schemaPattern/u],
    ['a key that nobody knows', (text: string) => `${text}colour: red\n`, /colour: unknown/u],
    ['a limit that nobody knows', (text: string) => text.replace('ttl-ms', 'tl-ms'), /limits\.tl-ms: unknown/u],
    ['another mode', (text: string) => text.replace('optimistic', 'hopeful'), /mode.*expected optimistic/u],
    ['a plugin that isn’t there', (text: string) => text.replace('./plugin.js', './no.js'), /can't load the plugin/u],
    [
      'a plugin of another place',
      (text: string) => text.replace('plugin: file', 'plugin: ./plugin.js'),
      /exports no createCheckpoints/u,
    ],
    ['no YAML', () => 'a: [', /is not YAML: .*line 1/u],
    ['a list without workers', (text: string) => `${text}workers: []\n`, /workers: expected at least one worker/u],
    [
      'a key that nobody knows of one of several workers',
      (text: string) => `${text}workers: [{ task: a }, { task: b, tsak: c }]\n`,
      /workers\[1\]\.tsak: unknown/u,
    ],
    [
      'two workers for one source of a task',
      (text: string) => `${text}workers: [{ name: w2 }, { name: w3 }]\n`,
      /workers\[1\]: a second worker for source s1 of task cli/u,
    ],
  ])('refuses %s with its place', async (_name, change, message) => {
    await expect(run(writeConfig(change), /caught-up/u)).rejects.toThrow(message);
  });
});
