import { describe, expect, it } from '@jest/globals';
import { describeEvent } from '../../../src/core/event/event-sentence';
import type { LockEvent } from '../../../src/core/model/lock-event';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { parseRevision } from '../../../src/core/model/revision';

const task = parseTaskName('merge');
const source = parseSourceId('s1');
const lockId = formatLockId(task, parseDownstreamTable('shop', 'orders'));
const of = { task, lockId, incarnation: parseRevision(7), mode: 'optimistic' } as const;
const table = { source, table: parseUpstreamTable(source, 'db', 'or`ders') };
const whole = { source, table: null };
const ddls = ['ALTER TABLE t ADD c INT'];
const put = { ...of, kind: 'OperationPut', participant: table, ddls, exec: null, message: '' } as const;

const LOCK = 'merge-`shop`.`orders`';
const TABLE = 'able `db`.`or``ders` of source s1';

const SENTENCES: readonly (readonly [LockEvent, string])[] = [
  [
    { ...of, kind: 'LockCreated', by: table, ddls },
    `Lock ${LOCK} was created: t${TABLE} reported ALTER TABLE t ADD c INT.`,
  ],
  [
    { ...of, kind: 'InfoReceived', participant: whole, ddls, infoRevision: parseRevision(9) },
    `Source s1 reported ALTER TABLE t ADD c INT to lock ${LOCK}.`,
  ],
  [
    {
      ...of,
      kind: 'InfoReceived',
      participant: whole,
      ddls: ['a', 'b', 'c', 'd', 'e'],
      infoRevision: parseRevision(9),
    },
    `Source s1 reported a, b, c and 2 more to lock ${LOCK}.`,
  ],
  [
    { ...of, kind: 'ConflictDetected', participant: table, code: 'CONFLICT_DETECTED', message: 'types differ.', ddls },
    `T${TABLE} contradicts the other shards of lock ${LOCK}: types differ.`,
  ],
  [{ ...put, stage: 'none' }, `T${TABLE} was told to execute ALTER TABLE t ADD c INT for lock ${LOCK}.`],
  [{ ...put, stage: 'none', ddls: [] }, `T${TABLE} was told to execute nothing for lock ${LOCK} and go on.`],
  [
    { ...put, stage: 'detected', message: 'types differ' },
    `T${TABLE} was told to wait for a decision about lock ${LOCK}: types differ.`,
  ],
  [
    { ...put, stage: 'skip and wait for redirect' },
    `T${TABLE} was told to skip its DDL and wait until the other shards of lock ${LOCK} follow.`,
  ],
  [
    { ...put, stage: 'resolved' },
    `T${TABLE} was told to go back to the DDL that it skipped, since the conflict in lock ${LOCK} is over.`,
  ],
  [
    { ...put, stage: 'error', message: 'no schema' },
    `T${TABLE} was told to wait, because its report to lock ${LOCK} could not be decided on: no schema.`,
  ],
  [
    { ...put, participant: whole, stage: null, exec: true },
    `Source s1 was told to execute ALTER TABLE t ADD c INT for lock ${LOCK}.`,
  ],
  [
    { ...put, participant: whole, stage: null, exec: false },
    `Source s1 was told to skip ALTER TABLE t ADD c INT for lock ${LOCK}.`,
  ],
  [{ ...of, kind: 'OperationDone', participant: whole }, `Source s1 has carried out its operation of lock ${LOCK}.`],
  [{ ...of, kind: 'LockSynced' }, `All tables of lock ${LOCK} have the joined schema.`],
  [{ ...of, mode: 'pessimistic', kind: 'LockSynced' }, `All sources of lock ${LOCK} have reported its DDLs.`],
  [{ ...of, kind: 'LockResolved' }, `Lock ${LOCK} is resolved: all of its participants are done, and it was removed.`],
  [
    { ...of, kind: 'LockUnlocked', actionId: 'x', participants: [whole] },
    `Lock ${LOCK} was unlocked by hand for source s1 (action x).`,
  ],
  [
    { ...of, kind: 'LockBroken', actionId: 'x', participant: whole, exec: false },
    `Source s1 was told by hand to skip what it is blocked on in lock ${LOCK} (action x).`,
  ],
  [{ ...of, kind: 'TableAdded', participant: table }, `T${TABLE} takes part in lock ${LOCK} from now on.`],
  [{ ...of, kind: 'TableRemoved', participant: table }, `T${TABLE} takes no part in lock ${LOCK} any more.`],
  [
    { kind: 'MetaRemoved', task, sources: [source], actionId: 'x' },
    'What was stored of task merge, source s1, was removed by hand (action x).',
  ],
  [
    { kind: 'MetaRemoved', task, sources: [], actionId: 'x' },
    'What was stored of task merge was removed by hand (action x).',
  ],
  [{ kind: 'WorkerOnline', task, source, worker: 'w' }, 'Worker w works for source s1 of task merge.'],
  [{ kind: 'WorkerOffline', task, source, worker: 'w' }, 'Worker w of source s1 in task merge is offline.'],
  [
    { kind: 'Divergence', task, lockId, participant: table, message: 'other DDLs' },
    `Here the answer for t${TABLE} in lock ${LOCK} would be another: other DDLs.`,
  ],
];

describe('the sentence of an event', () => {
  it.each(SENTENCES.map(([event, sentence]) => [event.kind, event, sentence] as const))('%s', (_, event, sentence) => {
    expect(describeEvent(event)).toBe(sentence);
  });

  it('is bounded, however long the DDLs are', () => {
    const long = { ...put, stage: 'none', ddls: Array.from({ length: 100 }, () => 'x'.repeat(10_000)) } as const;
    expect(describeEvent(long).length).toBeLessThan(1_000);
  });
});
