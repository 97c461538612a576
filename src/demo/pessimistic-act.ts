import { finish, showTable } from './optimistic-act';
import { PAYMENTS_1, PAYMENTS_2 } from './scripts';
import type { Stage } from './stage';
import { pause } from './stage';
import type { Story } from './story';

const LOCK = 'payments-`shop`.`payments`';
const TABLES = 'payments_[1-9]';

/** dmctl's JSON is for programs: it would be most of the story. */
const SHORT = ['--output', 'table'];

/** A DDL is a barrier: all shards meet it, one source executes it. Then what people do when a worker is missing. */
export async function playPessimistic(stage: Stage, story: Story): Promise<void> {
  story.act(
    'Pessimistic: a DDL is a barrier',
    'Every source reports the DDL when all of its shards have met it. When all sources have, one of them executes it ' +
      'downstream, and the others skip it. Always right, but one slow shard stops everything behind it.',
  );
  await stage.employ('payments', 'pessimistic', 'mysql-01', PAYMENTS_1, TABLES);
  await stage.employ('payments', 'pessimistic', 'mysql-02', PAYMENTS_2, TABLES);
  for (const source of ['mysql-01', 'mysql-02']) await stage.until(source, ({ kind }) => kind === 'caught-up');

  story.say('A normal rollout.');
  await meetAll(stage, 'c1', ['mysql-01', 'mysql-02'], 'acknowledged');
  showTable(stage, story, 'payments');

  story.act('A. A worker has gone for good', 'mysql-02 is offline for ever; mysql-01 waits for it in vain.');
  await stage.kill('mysql-02');
  await meetAll(stage, 'c2', ['mysql-01'], 'reported');
  await stage.command(['show-ddl-locks', 'payments', ...SHORT]);
  await stage.command(['unlock-ddl-lock', '--reason', 'mysql-02 is gone', LOCK]);
  await acknowledged(stage, 'mysql-01', 'c2');
  showTable(stage, story, 'payments');

  story.act('B. It comes back after all', 'The worker starts again and reports the same DDL, whose lock is long gone.');
  stage.openGate('c2-3');
  stage.openGate('c2-4');
  await stage.employ('payments', 'pessimistic', 'mysql-02', PAYMENTS_2, TABLES);
  await stage.until('mysql-02', ({ kind, fields }) => kind === 'reported' && /c2/u.test(fields['ddls'] ?? ''));
  await stage.command(['show-ddl-locks', 'payments', ...SHORT]);
  await stage.command(['unlock-ddl-lock', '--worker', 'mysql-02', LOCK]);
  await acknowledged(stage, 'mysql-02', 'c2');
  story.event('downstream', 'the column was there already, which counts as executed', 'good');

  story.act(
    'C. A worker missed the unlock',
    'A third source was declared that never came. Somebody lets only mysql-01 go on; the lock is removed, and mysql-02 ' +
      'still waits for an answer that nobody will give.',
  );
  const three = ['--source', 'mysql-01', '--source', 'mysql-02', '--source', 'mysql-03'];
  await stage.command(['task', 'put', '--mode', 'pessimistic', ...three, 'payments']);
  await meetAll(stage, 'c3', ['mysql-01'], 'reported');
  await meetAll(stage, 'c3', ['mysql-02'], 'reported');
  await stage.command(['unlock-ddl-lock', '--worker', 'mysql-01', LOCK]);
  await acknowledged(stage, 'mysql-01', 'c3');
  // A status is stored every five seconds at most.
  await pause(6_500);
  await stage.command(['query-status', 'payments', ...SHORT]);
  await stage.command(['break-ddl-lock', '--worker', 'mysql-02', '--skip', 'payments']);
  await acknowledged(stage, 'mysql-02', 'c3');
  await stage.command(['exclude-source', '--source', 'mysql-03', '--reason', 'it never came', 'payments']);

  await finish(stage);
  showTable(stage, story, 'payments');
  await stage.command(['show-ddl-locks', 'payments', ...SHORT]);
  await stage.dismiss();
}

/** All shards of these sources meet the DDL of a column, until each source tells what is waited for. */
async function meetAll(stage: Stage, column: string, sources: readonly string[], kind: string): Promise<void> {
  for (const source of sources)
    for (const shard of source === 'mysql-01' ? [1, 2] : [3, 4]) stage.openGate(`${column}-${shard}`);
  for (const source of sources)
    await stage.until(source, (line) => line.kind === kind && (line.fields['ddls'] ?? '').includes(`\`${column}\``));
}

async function acknowledged(stage: Stage, source: string, column: string): Promise<void> {
  await stage.until(
    source,
    ({ kind, fields }) => kind === 'acknowledged' && (fields['ddls'] ?? '').includes(`\`${column}\``),
  );
}
