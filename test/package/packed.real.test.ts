import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** What a project writes that uses all of the package: its server, its SDK, and its parts for tests. */
const MAIN = `
import { startServer } from 'lockstep';
import type { RunningServer } from 'lockstep';
import { LockstepClient } from 'lockstep/sdk';
import { MySqlDownstream, MySqlUpstream } from 'lockstep/sdk/plugins/mysql';
import { done, runGuide } from './worker-guide.js';

async function main(): Promise<void> {
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const server: RunningServer = await startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: quiet });
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ shardCluster { phase } }' }),
  });
  const body: unknown = await response.json();
  await server.stop();
  await runGuide();
  console.log(JSON.stringify({ body, done, classes: [LockstepClient, MySqlUpstream, MySqlDownstream].map(({ name }) => name) }));
}

void main();
`;

/** Says which files of which packages loading the SDK loads. */
const LOADED = `
require('lockstep/sdk');
console.log(JSON.stringify(Object.keys(require.cache)));
`;

let directory: string;
let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };

function run(program: string, args: readonly string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 500_000 });
  return { status, output: status === 0 ? stdout : `${stdout}${stderr}` };
}

function expectSuccess(program: string, args: readonly string[], cwd: string): string {
  const { status, output } = run(program, args, cwd);
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  return output;
}

/** Give a project the packages that come with ours when it is installed, and nothing of what only this repository needs. */
function install(modules: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  for (const [place, { dev, optional }] of Object.entries(packages)) {
    const name = place.replace(/^node_modules\//u, '');
    if (place === '' || name.includes('node_modules/') || dev === true || optional === true) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, place), join(modules, name));
  }
  // The binary of the store for this machine is an optional package.
  for (const name of readdirSync(join(ROOT, 'node_modules', '@lmdb'))) {
    mkdirSync(join(modules, '@lmdb'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', '@lmdb', name), join(modules, '@lmdb', name));
  }
  mkdirSync(join(modules, 'lockstep'));
  expectSuccess('tar', ['-xzf', join(directory, packed.filename), '--strip-components=1', '-C', 'lockstep'], modules);
}

/** A project of one kind that has the package installed. */
function makeProject(type: 'module' | 'commonjs'): string {
  const project = join(directory, type);
  const compilerOptions = {
    target: 'ES2023',
    module: 'nodenext',
    lib: ['ES2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    outDir: 'out',
    rootDir: '.',
  };
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type }));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  writeFileSync(join(project, 'main.ts'), MAIN);
  const guide = readFileSync(join(ROOT, 'test', 'guide', 'worker-guide.ts'), 'utf8');
  writeFileSync(join(project, 'worker-guide.ts'), guide.replace(/'(?:\.\.\/)+sdk/gu, "'lockstep/sdk"));
  install(join(project, 'node_modules'));
  return project;
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-package-'));
  const output = expectSuccess('npm', ['pack', '--json', '--silent', '--pack-destination', directory], ROOT);
  [packed] = JSON.parse(output) as [typeof packed];
}, 600_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the package', () => {
  it('has the program, the SDK with its types, the schema, documents and alert rules, and nothing of the tests', () => {
    const files = packed.files.map(({ path }) => path);
    for (const file of [
      'LICENSE',
      'README.md',
      // Those that README.md names.
      'sdk/README.md',
      'sdk/plugins/mysql/README.md',
      'src/cli/README.md',
      'package.json',
      'dist/src/cli/main.js',
      'dist/src/server.d.ts',
      'dist/sdk/index.d.ts',
      'dist/sdk/testing/index.js',
      'operations/lockstep-alerts.yaml',
      'schema/schema.graphql',
      'schema/documents/ReportShardInfo.graphql',
    ])
      expect(files).toContain(file);
    expect(files.filter((file) => /(?:^|\/)test\/|\.tsbuildinfo$|(?<!\.d)\.ts$/u.test(file))).toEqual([]);
  });

  it.each(['module', 'commonjs'] as const)(
    'is compiled against and run by a project of type %s',
    (type) => {
      const project = makeProject(type);
      expectSuccess(process.execPath, [TSC, '-p', '.'], project);
      // Compilers that find modules in other ways see the same types.
      const others = type === 'commonjs' ? ['commonjs/node10', 'preserve/bundler'] : ['esnext/bundler'];
      for (const [module = '', resolution = ''] of others.map((each) => each.split('/')))
        expectSuccess(
          process.execPath,
          [TSC, '-p', '.', '--noEmit', '--module', module, '--moduleResolution', resolution],
          project,
        );
      const said = JSON.parse(expectSuccess(process.execPath, ['out/main.js'], project)) as unknown;
      expect(said).toEqual({
        body: { data: { shardCluster: { phase: 'LEADING' } } },
        classes: ['LockstepClient', 'MySqlUpstream', 'MySqlDownstream'],
        done: [
          'shop.orders {"id":1}',
          'ALTER TABLE `shop`.`orders` ADD COLUMN `price` INT',
          'shop.orders {"id":2,"price":7}',
        ],
      });
      const program = join(project, 'node_modules', 'lockstep', 'dist', 'src', 'cli', 'main.js');
      expect(expectSuccess(process.execPath, [program, 'schema', 'print'], project)).toBe(
        readFileSync(join(ROOT, 'schema', 'schema.graphql'), 'utf8'),
      );
      const script = join(project, 'loaded.cjs');
      writeFileSync(script, LOADED);
      const loaded = JSON.parse(expectSuccess(process.execPath, [script], project)) as string[];
      expect(loaded.filter((file) => file.includes('/lockstep/dist/sdk/')).length).toBeGreaterThan(20);
      expect(
        loaded.filter((file) =>
          /\/node_modules\/(?:lmdb|etcd3|@grpc|@apollo|type-graphql|prom-client|pino|mysql2)\//u.test(file),
        ),
      ).toEqual([]);
      expect(loaded.filter((file) => /\/lockstep\/dist\/src\/(?!core\/)/u.test(file))).toEqual([]);
    },
    300_000,
  );
});
