import { describe, expect, it } from '@jest/globals';
import { remediesOfLock, waitReasonsOfLock } from '../../../src/core/diagnosis/diagnose';
import { problemsOf } from '../../../src/core/diagnosis/problems';
import type { ProblemKind } from '../../../src/core/diagnosis/problem';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { Mutation } from '../../../src/core/model/store';
import { recover } from '../../../src/core/state/recovery';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writeOptimisticInfo } from '../../../src/core/wire/optimistic-info';
import { writePessimisticInfo } from '../../../src/core/wire/pessimistic-info';
import { writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { tableTreeOf, writeSourceTables } from '../../../src/core/wire/source-tables';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

const task = parseTaskName('t');
const source = parseSourceId('s1');
const target = parseDownstreamTable('db', 'tb');
const table = parseUpstreamTable('s1', 'up', 't1');
const lockId = formatLockId(task, target);
const DDL = 'ALTER TABLE `db`.`tb` ADD COLUMN `c` INT';

const put = (key: string, value: string): Mutation => ({ kind: 'put', key, value });
const infoKey = formatDmKey({ kind: 'optimistic-info', task, table });
const routes = put(
  formatDmKey({ kind: 'optimistic-source-tables', task, source }),
  writeSourceTables({ task, source, tables: tableTreeOf([{ target, table }]) }),
);

/** A coordinator that has read these changes. */
function coordinatorAfter(mutations: readonly Mutation[]): SimulatedCoordinator {
  const coordinator = new SimulatedCoordinator(new SimulatedStore(), { recover });
  coordinator.lead();
  for (const mutation of mutations) coordinator.change([mutation]);
  return coordinator;
}

interface Row {
  readonly what: string;
  readonly stored: readonly Mutation[];
  readonly kind: ProblemKind;
  readonly says: RegExp;
  readonly commands: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'a value that cannot be read, with its key',
    stored: [routes, put(infoKey, '{')],
    kind: 'unreadable-record',
    says: /^The value of \S+ cannot be read and is skipped: /u,
    commands: [],
  },
  {
    what: 'a record of a newer program',
    stored: [put(formatLockstepKey({ kind: 'task', task }), '{"v":99}')],
    kind: 'newer-record',
    says: /^A newer version of this program wrote \/lockstep\/task\//u,
    commands: [],
  },
  {
    what: 'an operation that nobody will carry out',
    stored: [
      put(
        formatDmKey({ kind: 'pessimistic-operation', task, source }),
        writePessimisticOperation({ lockId, task, source, ddls: [DDL], exec: false, done: false }),
      ),
    ],
    kind: 'stale-operation',
    says: /^Source s1 of task t has not carried out its operation of lock t-`db`\.`tb`, which is gone/u,
    commands: ['lockstep remove-meta --source s1 t'],
  },
  {
    what: 'a report without the schema before it',
    stored: [
      routes,
      put(
        infoKey,
        writeOptimisticInfo({ task, table, target, ddls: [DDL], before: null, after: [], ignoreConflict: false }),
      ),
    ],
    kind: 'unanswered-info',
    says: /^s1 `up`\.`t1` has reported ALTER TABLE .* without its schema before them/u,
    commands: [],
  },
  {
    what: 'a lock of a task that has neither workers nor source tables',
    stored: [
      put(
        formatDmKey({ kind: 'pessimistic-info', task, source }),
        writePessimisticInfo({ task, source, target, ddls: [DDL] }),
      ),
    ],
    kind: 'orphan-lock',
    says: /^Lock t-`db`\.`tb` stays although task t has neither workers nor source tables\.$/u,
    commands: ['lockstep remove-meta t', 'lockstep task put --mode pessimistic --source s1 t'],
  },
];

describe('problems beside the waiting of locks', () => {
  it.each(ROWS)('are found: $what', ({ stored, kind, says, commands }) => {
    const found = problemsOf(coordinatorAfter(stored).state).filter((problem) => problem.kind === kind);
    expect(found).toHaveLength(1);
    expect(found[0]?.sentence).toMatch(says);
    expect(found[0]?.help).toMatch(/^[A-Z].*\.$/u);
    expect(found[0]?.remedies.map(({ command }) => command)).toEqual(commands);
  });

  it('are none in an empty store', () => {
    expect(problemsOf(coordinatorAfter([]).state)).toEqual([]);
  });

  it.each(ROWS)('are the same after a restart: $what', ({ stored }) => {
    const coordinator = coordinatorAfter(stored);
    const before = problemsOf(coordinator.state);
    coordinator.restart();
    expect(problemsOf(coordinator.state)).toEqual(before);
  });
});

describe('a lock', () => {
  it('that does not exist waits for nothing, and nothing can be done', () => {
    const { state } = coordinatorAfter([]);
    expect(waitReasonsOfLock(state, lockId, 10)).toEqual([]);
    expect(remediesOfLock(state, lockId)).toEqual([]);
  });

  it('names no more than it is asked for', () => {
    const { state } = coordinatorAfter(ROWS.at(-1)?.stored ?? []);
    expect(waitReasonsOfLock(state, lockId, 0)).toEqual([]);
    expect(waitReasonsOfLock(state, lockId, 5)).toMatchObject([{ kind: 'sources-not-declared' }]);
  });
});
