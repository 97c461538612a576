import type { DatabaseServer } from '../../../src/demo/mysql/database-server';

/** What servers of different products are told in different words. */
interface ServerWords {
  /** Options with which the log is compressed as far as it can be read. */
  readonly compressing: readonly string[];
  readonly logStatus: string;
  /** The privilege to ask where the log ends. */
  readonly monitor: string;
  /** A server that writes what it replicates into its own log follows another one, behind its transactions. */
  readonly follow: (port: number, gtids: string) => readonly string[];
  /** All transactions of the log so far. */
  readonly gtids: string;
  /** Removes all files of the log, and begins with the first again. */
  readonly reset: string;
}

const MARIADB: ServerWords = {
  compressing: ['--log-bin-compress=ON', '--log-bin-compress-min-len=10'],
  logStatus: 'SHOW MASTER STATUS',
  monitor: 'BINLOG MONITOR',
  follow: (port, gtids) => [
    'RESET MASTER',
    `SET GLOBAL gtid_slave_pos = '${gtids}'`,
    `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port}, MASTER_USER = 'root', MASTER_USE_GTID = slave_pos`,
    'START SLAVE',
  ],
  gtids: '@@GLOBAL.gtid_binlog_pos',
  reset: 'RESET MASTER',
};

const MYSQL: ServerWords = {
  compressing: [],
  logStatus: 'SHOW BINARY LOG STATUS',
  monitor: 'REPLICATION CLIENT',
  follow: (port, gtids) => [
    'RESET BINARY LOGS AND GTIDS',
    `SET GLOBAL gtid_purged = '${gtids}'`,
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${port}, SOURCE_USER = 'root', SOURCE_AUTO_POSITION = 1`,
    'START REPLICA',
  ],
  gtids: '@@GLOBAL.gtid_executed',
  reset: 'RESET BINARY LOGS AND GTIDS',
};

/** The words of a server, or of the server that tests use. */
export function wordsOf({ program }: Pick<DatabaseServer, 'program'>): ServerWords {
  return program.product === 'MySQL' ? MYSQL : MARIADB;
}
