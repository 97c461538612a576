import { registered } from '../graphql/plain-worker';
import { operate } from '../graphql/operator-requests';
import { makeConflict } from './conflict';

/** The state that examples are about: `orders` is optimistic and in conflict, `invoices` pessimistic and waits for `mysql-02`. */
export async function prepare(url: string): Promise<void> {
  await makeConflict(url, 'orders');
  await operate(url, 'putTask', { name: 'invoices', mode: 'PESSIMISTIC', sources: ['mysql-01', 'mysql-02'] });
  const worker = await registered(url, 'invoices-01', 'invoices', 'mysql-01', 'PESSIMISTIC');
  await worker.reportSource(['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'], '1');
}
