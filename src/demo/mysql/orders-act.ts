import type { Stage } from '../stage';
import type { Story } from '../story';
import { SHARDS, sourceOf } from './databases';
import type { Databases, Shard } from './databases';
import { RowStream } from './row-stream';

const LOCK = 'orders-`shop`.`orders`';

/** Shards may differ: columns come and go shard by shard, a rename waits for the last one, a contradiction for a person. */
export async function playOrders(stage: Stage, databases: Databases, story: Story): Promise<readonly string[]> {
  story.act(
    'Optimistic: shards may differ for a while',
    'Four shards on two MariaDB servers are merged into shop.orders on a third one. The application changes them one ' +
      'after the other, and writes rows all the time.',
  );
  await databases.makeShards('orders', '(id BIGINT PRIMARY KEY, note INT, legacy INT)');
  await databases.on(1, 'INSERT INTO shop.orders_1 VALUES (1, 1, 1), (2, 2, NULL)');
  await databases.employ(stage, 'orders', 'optimistic');
  await databases.show(story, 'orders');
  const rows = RowStream.start(databases, 'orders', ['note', 'legacy']);
  const meet = async (shard: Shard, ddl: string, columns: readonly string[], kind: string): Promise<void> => {
    const before = stage.told(sourceOf(shard));
    await rows.change(shard, ddl, columns);
    const table = `shop.orders_${shard}`;
    await stage.until(sourceOf(shard), (line) => line.kind === kind && line.fields['table'] === table, before);
  };

  story.say('A new column, shard by shard.');
  for (const shard of SHARDS)
    await meet(shard, 'ADD COLUMN price DECIMAL(8, 2)', ['note', 'legacy', 'price'], 'acknowledged');
  await databases.show(story, 'orders');

  story.say('A column is dropped: downstream keeps it until the last shard has dropped it.');
  for (const shard of SHARDS) await meet(shard, 'DROP COLUMN legacy', ['note', 'price'], 'acknowledged');
  await databases.show(story, 'orders');

  story.say('A rename waits until all shards have it; rows of those that wait come later, in their order.');
  for (const shard of SHARDS)
    await meet(
      shard,
      'RENAME COLUMN note TO remark',
      ['remark', 'price'],
      shard === 4 ? 'acknowledged' : 'operation-taken',
    );
  await databases.show(story, 'orders');

  story.say('Three shards add a number, the fourth a text: a person has to decide.');
  for (const shard of [1, 2, 3] as const)
    await meet(shard, 'ADD COLUMN qty INT', ['remark', 'price', 'qty'], 'acknowledged');
  await meet(4, 'ADD COLUMN qty VARCHAR(10)', ['remark', 'price', 'qty'], 'operation-taken');
  await stage.command(['why', 'orders']);
  const before = stage.told('mysql-02');
  await stage.command([
    ...['unlock-ddl-lock', '--action', 'skip', '--worker', 'mysql-02', '--database', 'shop', '--table', 'orders_4'],
    ...['--reason', 'should have been a number', LOCK],
  ]);
  await stage.until(
    'mysql-02',
    ({ kind, fields }) => kind === 'acknowledged' && /VARCHAR/u.test(fields['ddls'] ?? ''),
    before,
  );
  await meet(4, 'MODIFY COLUMN qty INT', ['remark', 'price', 'qty'], 'acknowledged');

  story.event('application', `${await rows.end()} rows written`, 'plain');
  const differences = await databases.differences('orders');
  await databases.show(story, 'orders');
  await stage.command(['show-ddl-locks', 'orders']);
  await stage.dismiss();
  return differences;
}
