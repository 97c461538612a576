import { createHash } from 'node:crypto';
import { quoteTable } from '../../../../src/core/model/quote';
import type { UpstreamTableName } from '../../../plugin';
import type { ServerConnection } from '../connection';
import { ServerError, isConnectionLost, isLockConflict } from '../server-error';

/**
 * Keeps tables as they are until they are copied: a statement that would change one waits. They are taken in the reverse of
 * the order in which they are copied, each behind a savepoint, because a transaction gives back what it took last only.
 * MariaDB gives back nothing before the transaction ends where the session could write its log.
 */
export class CopyLocks {
  constructor(private readonly connection: ServerConnection) {}

  /** Take them, in the transaction that copies them. @throws ServerError */
  async take(tables: readonly UpstreamTableName[]): Promise<void> {
    for (const name of [...tables].reverse()) {
      await this.connection.execute(`SAVEPOINT ${savepoint(name)}`);
      try {
        await this.connection.rows(`SELECT 1 FROM ${quoteTable(name.schema, name.table)} LIMIT 0`);
      } catch (error) {
        // What can't be read can't be kept either; perhaps nobody wants to copy it.
        if (!(error instanceof ServerError) || isConnectionLost(error) || isLockConflict(error)) throw error;
      }
    }
  }

  /** A table is copied, and all before it. */
  async giveBack(name: UpstreamTableName): Promise<void> {
    await this.connection.execute(`ROLLBACK TO SAVEPOINT ${savepoint(name)}`);
  }
}

/** Two names together may be too long for one. */
function savepoint({ schema, table }: UpstreamTableName): string {
  return `before_${createHash('sha1').update(quoteTable(schema, table)).digest('hex')}`;
}
