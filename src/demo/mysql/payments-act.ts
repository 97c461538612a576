import { pause } from '../stage';
import type { Stage } from '../stage';
import type { Story } from '../story';
import { SHARDS, SOURCES, sourceOf } from './databases';
import type { Databases } from './databases';
import { RowStream } from './row-stream';

/** A DDL is a barrier: rows of shards that are ahead are held back until all have it. A worker is killed meanwhile. */
export async function playPayments(stage: Stage, databases: Databases, story: Story): Promise<readonly string[]> {
  story.act(
    'Pessimistic: a DDL is a barrier',
    'Every source reports the DDL when all of its shards have met it. One of them executes it downstream, the others ' +
      'skip it; rows of shards that are ahead wait.',
  );
  await databases.makeShards('payments', '(id BIGINT PRIMARY KEY, amount INT)');
  await databases.employ(stage, 'payments', 'pessimistic');
  const rows = RowStream.start(databases, 'payments', ['amount']);
  const before = new Map(SOURCES.map((source) => [source, stage.told(source)]));
  for (const shard of [1, 2, 3] as const) {
    await rows.change(shard, 'ADD COLUMN fee INT', ['amount', 'fee']);
    await stage.until(
      sourceOf(shard),
      ({ kind, fields }) => kind === 'ddl-met' && fields['table'] === `shop.payments_${shard}`,
    );
    await pause(200);
  }
  await stage.command(['show-ddl-locks', 'payments']);
  story.say('The worker of mysql-01 is killed and starts again: it goes on where its rows are.');
  await stage.kill('mysql-01');
  await pause(300);
  await databases.employ(stage, 'payments', 'pessimistic', ['mysql-01']);
  await rows.change(4, 'ADD COLUMN fee INT', ['amount', 'fee']);
  for (const source of SOURCES)
    await stage.until(
      source,
      ({ kind }) => kind === 'acknowledged',
      source === 'mysql-01' ? 0 : (before.get(source) ?? 0),
    );
  await databases.show(story, 'payments');
  story.event('application', `${await rows.end()} rows written to ${SHARDS.length} shards`, 'plain');
  const differences = await databases.differences('payments');
  await databases.show(story, 'payments');
  await stage.dismiss();
  return differences;
}
