import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** A database server's program. */
export interface ServerProgram {
  readonly path: string;
  readonly product: 'MariaDB' | 'MySQL';
  /** As it says it: `10.11.6-MariaDB`. */
  readonly version: string;
}

/** Where Debian has the server that is used if nobody names another one. */
const DEBIAN = '/usr/sbin/mariadbd';

/** As little memory as they run with, and all of the log that a worker needs. */
const COMMON = [
  ...['--no-defaults', '--bind-address=127.0.0.1', '--skip-networking=0'],
  ...['--log-bin=mysql-bin', '--binlog-format=ROW', '--binlog-row-image=FULL', '--sync-binlog=0'],
  ...['--innodb-buffer-pool-size=16M', '--innodb-flush-log-at-trx-commit=2'],
  ...['--innodb-buffer-pool-dump-at-shutdown=OFF', '--innodb-buffer-pool-load-at-startup=OFF'],
  ...['--key-buffer-size=1M', '--performance-schema=OFF', '--table-open-cache=400'],
  ...['--character-set-server=utf8mb4', '--lock-wait-timeout=60'],
];

const OWN = {
  MariaDB: ['--skip-name-resolve', '--innodb-log-file-size=16M', '--aria-pagecache-buffer-size=1M'],
  MySQL: [
    '--innodb-redo-log-capacity=16M',
    '--mysqlx=OFF',
    '--gtid-mode=ON',
    '--enforce-gtid-consistency=ON',
    '--secure-file-priv=NULL',
  ],
} as const;

const known = new Map<string, ServerProgram>();

/**
 * The server of `LOCKSTEP_MYSQLD`, or Debian's MariaDB.
 * @throws Error if it isn't there
 */
export function serverProgram(path = process.env['LOCKSTEP_MYSQLD'] ?? DEBIAN): ServerProgram {
  const program = known.get(path) ?? askProgram(path);
  known.set(path, program);
  return program;
}

function askProgram(path: string): ServerProgram {
  const text = succeed(path, ['--no-defaults', '--version']);
  const version = /Ver (\S+)/u.exec(text)?.[1] ?? '';
  return { path, product: version.includes('MariaDB') ? 'MariaDB' : 'MySQL', version };
}

/**
 * What it is started with, but for its data.
 * @param folder for its temporary tables: in a common one each server that starts removes those of all others
 */
export function optionsOf({ product }: ServerProgram, folder: string): readonly string[] {
  return [...COMMON, ...OWN[product], `--user=${userInfo().username}`, `--tmpdir=${folder}`];
}

/** The data of a server without databases: made once, which takes seconds, to be copied. @throws Error with what it said */
export function makeBase(program: ServerProgram): string {
  const base = join(tmpdir(), `lockstep-database-base-${userInfo().username}-${program.version}`);
  if (existsSync(base)) return base;
  const draft = mkdtempSync(join(tmpdir(), 'lockstep-database-draft-'));
  const data = join(draft, 'data');
  if (program.product === 'MySQL') makeMySql(program, data);
  else makeMariaDb(program, data);
  try {
    renameSync(data, base);
  } catch (failure) {
    // Another process was faster.
    if (!existsSync(base)) throw failure;
  }
  rmSync(draft, { recursive: true, force: true });
  return base;
}

function makeMySql(program: ServerProgram, data: string): void {
  succeed(program.path, [...optionsOf(program, dirname(data)), '--initialize-insecure', `--datadir=${data}`]);
  // The name of the server in GTIDs: each makes its own.
  rmSync(join(data, 'auto.cnf'));
}

function makeMariaDb({ path }: ServerProgram, data: string): void {
  mkdirSync(data);
  const beside = join(dirname(path), 'mariadb-install-db');
  succeed(existsSync(beside) ? beside : 'mariadb-install-db', [
    ...['--no-defaults', `--datadir=${data}`, `--user=${userInfo().username}`, `--tmpdir=${dirname(data)}`],
    ...['--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-log-file-size=16M'],
  ]);
}

function succeed(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return stdout;
}
