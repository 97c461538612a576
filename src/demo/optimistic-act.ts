import { ORDERS_1, ORDERS_2 } from './scripts';
import type { Stage } from './stage';
import type { Story } from './story';

const LOCK = 'orders-`shop`.`orders`';
const SOURCES = ['mysql-01', 'mysql-01', 'mysql-02', 'mysql-02'] as const;

/** Shards may differ: columns come and go shard by shard, a rename waits for the last one, a contradiction for a person. */
export async function playOptimistic(stage: Stage, story: Story): Promise<void> {
  story.act(
    'Optimistic: shards may differ for a while',
    'Four shards on two MySQL instances are merged into shop.orders. The application changes them one after the other; ' +
      'rows keep flowing. The coordinator keeps the downstream table wide enough for all of them.',
  );
  await stage.employ('orders', 'optimistic', 'mysql-01', ORDERS_1, 'orders_[1-9]');
  await stage.employ('orders', 'optimistic', 'mysql-02', ORDERS_2, 'orders_[1-9]');
  for (const source of ['mysql-01', 'mysql-02']) await stage.until(source, ({ kind }) => kind === 'caught-up');
  showTable(stage, story, 'orders');

  story.say(
    'A new column, shard by shard: the first DDL widens the downstream table at once; the others execute it again, and are told that it is there already.',
  );
  for (const shard of [1, 2, 3, 4]) await meet(stage, 'add', shard, 'acknowledged');
  showTable(stage, story, 'orders');

  story.say('A column is dropped: downstream keeps it until the last shard has dropped it.');
  for (const shard of [1, 2, 3]) await meet(stage, 'drop', shard, 'acknowledged');
  showTable(stage, story, 'orders');
  await meet(stage, 'drop', 4, 'acknowledged');
  showTable(stage, story, 'orders');

  story.say(
    'A rename fits no table that has the old name too: the shards wait for one another, and the conflict ends by itself.',
  );
  for (const shard of [1, 2, 3]) await meet(stage, 'rename', shard, 'operation-taken');
  await meet(stage, 'rename', 4, 'acknowledged');
  for (const [index, source] of SOURCES.entries())
    await stage.until(
      source,
      ({ kind, fields }) =>
        kind === 'acknowledged' &&
        fields['table'] === `shop.orders_${index + 1}` &&
        /RENAME/u.test(fields['ddls'] ?? ''),
    );
  showTable(stage, story, 'orders');

  story.say('Three shards add a number, the fourth a text: that cannot be merged, and a person has to decide.');
  for (const shard of [1, 2, 3]) await meet(stage, 'quantity', shard, 'acknowledged');
  await meet(stage, 'quantity', 4, 'operation-taken');
  await stage.command(['why', 'orders']);
  const unlock = ['unlock-ddl-lock', '--action', 'skip', '--worker', 'mysql-02', '--database', 'shop'];
  const named = [...unlock, '--table', 'orders_4', '--reason', 'should have been a number', LOCK];
  story.say('First a rehearsal, which changes nothing; then for real. Afterwards the shard is corrected.');
  await stage.command([...named, '--dry-run', '--output', 'table']);
  await stage.command(named);
  await stage.until('mysql-02', ({ kind, fields }) => kind === 'acknowledged' && /VARCHAR/u.test(fields['ddls'] ?? ''));
  stage.openGate('correct-4');
  await stage.until('mysql-02', ({ kind, fields }) => kind === 'acknowledged' && /MODIFY/u.test(fields['ddls'] ?? ''));
  await finish(stage);
  showTable(stage, story, 'orders');
  await stage.command(['show-ddl-locks', 'orders', '--output', 'table']);
  await stage.dismiss();
}

/** Everything is read, applied, and nothing is held. */
export async function finish(stage: Stage): Promise<void> {
  for (const source of ['mysql-01', 'mysql-02']) {
    await stage.until(source, isMark('end'));
    await stage.until(source, ({ kind }) => kind === 'caught-up', stage.told(source) - 1);
  }
}

/** What a downstream table looks like now. */
export function showTable(stage: Stage, story: Story, name: string): void {
  const table = stage.downstream.database.table('shop', name);
  story.table(
    `shop.${name}`,
    table.columns.map((column) => column.name),
    table.size,
  );
}

/** A shard meets its next DDL, until its worker tells what is waited for. */
async function meet(stage: Stage, step: string, shard: number, kind: string): Promise<void> {
  const source = SOURCES[shard - 1] ?? 'mysql-01';
  const before = stage.told(source);
  stage.openGate(`${step}-${shard}`);
  await stage.until(source, (line) => line.kind === kind && line.fields['table'] === `shop.orders_${shard}`, before);
}

/** Whether a line says that a place by that name is passed. */
export function isMark(name: string): (line: { kind: string; fields: Readonly<Record<string, string>> }) => boolean {
  return ({ kind, fields }) => kind === 'mark' && fields['name'] === name;
}
