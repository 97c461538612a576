import { until } from '../graphql/operator-requests';
import { registered } from '../graphql/plain-worker';
import type { PlainWorker } from '../graphql/plain-worker';

const BEFORE = 'CREATE TABLE t (id INT PRIMARY KEY)';

/** The table of each source. */
const TABLES = {
  'mysql-01': { schema: 'shop', table: 'orders_1', createTable: BEFORE },
  'mysql-02': { schema: 'shop', table: 'orders_2', createTable: BEFORE },
};

/** Two sources of an optimistic task whose tables get a column of the same name and of different types. */
export async function makeConflict(
  url: string,
  task: string,
  { acknowledges = true } = {},
): Promise<{ one: PlainWorker; two: PlainWorker }> {
  const one = await registered(url, `${task}-01`, task, 'mysql-01', 'OPTIMISTIC');
  const two = await registered(url, `${task}-02`, task, 'mysql-02', 'OPTIMISTIC');
  await one.putTables([TABLES['mysql-01']]);
  await two.putTables([TABLES['mysql-02']]);
  await report(one, 'INT');
  const [first] = await until(
    () => one.pending(),
    (pending) => pending.length > 0,
  );
  if (first !== undefined && acknowledges) await one.acknowledge(first);
  await report(two, 'VARCHAR(20)');
  return { one, two };
}

async function report(worker: PlainWorker, type: string): Promise<void> {
  const { schema, table } = TABLES[worker.source === 'mysql-01' ? 'mysql-01' : 'mysql-02'];
  const ddl = `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c2\` ${type}`;
  const answer = await worker.report({ schema, table }, BEFORE, [ddl], '1');
  if (answer.code !== undefined) throw new Error(JSON.stringify(answer));
}
