import { describe, expect, it } from '@jest/globals';
import { formingLocks, formingWaits } from '../../../src/core/diagnosis/forming';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../../src/core/model/names';
import type { FormingGroup } from '../../../src/core/model/records';
import { NO_REVISION } from '../../../src/core/model/revision';
import { parseLeaseId } from '../../../src/core/model/store';
import { sourceKey } from '../../../src/core/model/table-key';
import { planReportStatus } from '../../../src/core/request/status';
import { recover } from '../../../src/core/state/recovery';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writeSessionRecord } from '../../../src/core/wire/session-record';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

const task = parseTaskName('pay');
const source = parseSourceId('s1');
const lockId = formatLockId(task, parseDownstreamTable('shop', 'pay'));
const tableOf = (table: string): { schema: string; table: string } => ({ schema: 'shop', table });
const GROUP: FormingGroup = {
  target: parseDownstreamTable('shop', 'pay'),
  ddls: ['ALTER TABLE `shop`.`pay` ADD COLUMN `c1` INT'],
  firstPosition: '7',
  synced: [tableOf('pay_1')],
  unsynced: [tableOf('pay_2'), tableOf('pay_3')],
};

/** A worker of a source, and the times at which it says something. */
class Reporter {
  readonly coordinator = new SimulatedCoordinator(new SimulatedStore(), { recover });
  readonly #begin = this.coordinator.nowMs;

  constructor() {
    this.coordinator.lead();
    const key = formatLockstepKey({ kind: 'session', task, source });
    const lease = { lease: parseLeaseId('1'), epoch: 1, ttlMs: 30_000 };
    const record = {
      id: 'session',
      worker: 'w1',
      registeredAtMs: this.#begin,
      instance: null,
      former: [],
      version: null,
      ...lease,
    };
    this.coordinator.change([{ kind: 'put', key, value: writeSessionRecord(record) }]);
  }

  /** It says at a time that this group forms. @returns whether that was stored */
  say(atMs: number, group: FormingGroup, position: string): boolean {
    const { state } = this.coordinator;
    const epoch = state.sessions.get(sourceKey(task, source))?.revision ?? NO_REVISION;
    const ref = { task, source, sessionId: 'session', epoch };
    const status = { position, delayMs: null, blockingDdls: [], blockingLockId: null, stage: 'running', error: null };
    const plan = planReportStatus(state, ref, { ...status, formingGroups: [group], atMs: this.#begin + atMs });
    if (plan.kind !== 'write') return false;
    return this.coordinator.change(plan.mutations, plan.compares);
  }

  /** Since when the lock that is forming waits, as people are told, in milliseconds from the beginning. */
  get waitsSinceMs(): number {
    const forming = formingLocks(this.coordinator.state).get(lockId);
    const [reason] = forming === undefined ? [] : formingWaits(forming);
    return (reason?.sinceMs ?? NaN) - this.#begin;
  }
}

describe('a group that forms inside a source', () => {
  it('stands still since a table of it last met the DDLs, however often its worker tells of it', () => {
    const worker = new Reporter();
    expect(worker.say(1_000, GROUP, '7')).toBe(true);
    expect(worker.waitsSinceMs).toBe(1_000);
    expect(worker.say(31_000, GROUP, '8')).toBe(true);
    expect(worker.say(61_000, GROUP, '9')).toBe(true);
    expect(worker.waitsSinceMs).toBe(1_000);
    worker.coordinator.restart();
    expect(worker.waitsSinceMs).toBe(1_000);
  });

  it.each<[string, Partial<FormingGroup>]>([
    ['another table meets the DDLs', { synced: [tableOf('pay_1'), tableOf('pay_2')], unsynced: [tableOf('pay_3')] }],
    ['it is for other DDLs', { ddls: ['ALTER TABLE `shop`.`pay` ADD COLUMN `c2` INT'] }],
    ['it begins at another place', { firstPosition: '8' }],
  ])('moves when %s', (_what, change) => {
    const worker = new Reporter();
    worker.say(1_000, GROUP, '7');
    worker.say(31_000, { ...GROUP, ...change }, '8');
    expect(worker.waitsSinceMs).toBe(31_000);
  });

  it('of which an earlier version stored no time stands still since its worker said so', () => {
    const worker = new Reporter();
    worker.say(1_000, GROUP, '7');
    const key = formatLockstepKey({ kind: 'status', task, source });
    const [stored] = worker.coordinator.store.range(key);
    const value = (stored?.value ?? '').replace(/,?"sinceMs":\d+/u, '');
    expect(value).not.toBe(stored?.value);
    worker.coordinator.change([{ kind: 'put', key, value }]);
    expect(worker.waitsSinceMs).toBe(1_000);
  });
});
