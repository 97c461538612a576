import { describe, expect, it } from '@jest/globals';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { parseRevision } from '../../../src/core/model/revision';
import { sameDdls } from '../../../src/core/pessimistic/ddl-lists';
import { PessimisticLock } from '../../../src/core/pessimistic/lock';
import { waitReasonsOf } from '../../../src/core/pessimistic/waiting';
import { SeededRandom } from '../../support/seeded-random';

const task = parseTaskName('test');
const target = parseDownstreamTable('shop', 'orders');
const [s1, s2, s3] = [parseSourceId('s1'), parseSourceId('s2'), parseSourceId('s3')];

function lockOf(ready: readonly (typeof s1)[], declared = true): PessimisticLock {
  const origin = { id: formatLockId(task, target), task, target, incarnation: parseRevision(1), ddls: ['a', 'b'] };
  const lock = new PessimisticLock(origin, s1);
  lock.declared = declared;
  lock.addSources([s1, s2, s3]);
  for (const [index, source] of ready.entries()) lock.takeInfo(source, parseRevision(index + 1));
  return lock;
}

function orders(lock: PessimisticLock): string[] {
  return lock.dueOrders.map(({ source, order }) => `${source} ${order}`);
}

function tell(lock: PessimisticLock): void {
  for (const { source, order } of lock.dueOrders) lock.takeOrder(source, order, parseRevision(10));
}

describe('lists of DDLs', () => {
  it.each<[string[], string[], boolean]>([
    [[], [], true],
    [['a', 'b'], ['b', 'a'], true],
    [['a', 'a'], ['a', 'b'], false],
    [['a', 'b'], ['a', 'a'], false],
    [['a', 'a', 'b'], ['a', 'b', 'b'], false],
    [['a'], ['a', 'a'], false],
    [['a'], ['A'], false],
    [[''], [], false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameDdls(a, b)).toBe(same);
    expect(sameDdls(b, a)).toBe(same);
  });
});

describe('a lock', () => {
  it('gives nobody an order before all have reported', () => {
    const lock = lockOf([s1, s2]);
    expect([lock.synced, lock.remain, orders(lock)]).toEqual([false, 1, []]);
    lock.takeInfo(s3, parseRevision(9));
    expect([lock.synced, lock.remain, orders(lock)]).toEqual([true, 0, ['s1 exec']]);
  });

  it('gives nobody an order while its sources are not known', () => {
    const lock = lockOf([s1, s2, s3], false);
    expect(orders(lock)).toEqual([]);
    expect(waitReasonsOf(lock, () => null)).toEqual([{ kind: 'sources-not-declared' }]);
  });

  it('counts only what a source was told (P11)', () => {
    const lock = lockOf([s1, s2, s3]);
    expect(lock.acknowledge(s1, 'exec')).toBe(false);
    tell(lock);
    expect(lock.acknowledge(s1, 'skip')).toBe(false);
    expect(lock.acknowledge(s2, 'exec')).toBe(false);
    expect(lock.acknowledge(s1, 'exec')).toBe(true);
    expect(lock.acknowledge(s1, 'exec')).toBe(false);
    lock.leaveInfo(s1);
    expect(orders(lock)).toEqual(['s2 skip', 's3 skip']);
  });

  it('is resolved when all are done and nobody asks again', () => {
    const lock = lockOf([s1, s2, s3]);
    for (let round = 0; round < 2; round += 1) {
      tell(lock);
      for (const source of [s1, s2, s3]) {
        if (lock.acknowledge(source, source === s1 ? 'exec' : 'skip')) lock.leaveInfo(source);
      }
    }
    expect(lock.resolved).toBe(true);
    lock.takeInfo(s2, parseRevision(20));
    expect([lock.resolved, orders(lock)]).toEqual([false, ['s2 skip']]);
  });

  it('shows other DDLs and stays as it is', () => {
    const lock = lockOf([s1, s2]);
    lock.addConflict(s3, { infoRevision: parseRevision(5), ddls: ['c'] });
    expect(waitReasonsOf(lock, () => null)).toEqual([{ kind: 'ddls-differ', source: s3, ddls: ['c'] }]);
    expect(() => lock.addConflict(s3, { infoRevision: parseRevision(5), ddls: ['b', 'a'] })).toThrow(/other DDLs/u);
    lock.leaveInfo(s3);
    expect(waitReasonsOf(lock, () => null)).toEqual([{ kind: 'not-reported', source: s3 }]);
  });

  it('lets the first that is ready execute in the place of an owner that was left out', () => {
    const lock = lockOf([s3, s2]);
    lock.excluded = new Set([s1]);
    expect([lock.executor, orders(lock)]).toEqual([s2, ['s2 exec']]);
    lock.excluded = new Set([s1, s2, s3]);
    expect([lock.executor, lock.resolved]).toEqual([null, true]);
  });

  it('unlocked by a person moves as if all had reported, and tells only those that wait', () => {
    const lock = lockOf([s1, s2]);
    lock.unlock = { actionId: 'a', owner: s2, sources: [], skipAnyway: false, removes: false };
    expect(orders(lock)).toEqual(['s2 exec']);
    tell(lock);
    lock.acknowledge(s2, 'exec');
    lock.leaveInfo(s2);
    expect(orders(lock)).toEqual(['s1 skip']);
    lock.unlock = { actionId: 'a', owner: s2, sources: [s3], skipAnyway: false, removes: false };
    expect(orders(lock)).toEqual([]);
    lock.unlock = null;
    expect([lock.synced, orders(lock)]).toEqual([false, []]);
  });

  it('removed by force tells the others to skip beside an owner that has not executed', () => {
    const lock = lockOf([s1, s2]);
    lock.unlock = { actionId: 'a', owner: s1, sources: [], skipAnyway: true, removes: false };
    expect(orders(lock)).toEqual(['s1 exec', 's2 skip']);
  });

  it('that is being removed tells nobody anything', () => {
    const lock = lockOf([s1, s2]);
    lock.unlock = { actionId: 'a', owner: s1, sources: [], skipAnyway: true, removes: true };
    expect(orders(lock)).toEqual([]);
  });

  it('counts as it would if it looked at everybody', () => {
    const lock = lockOf([s2]);
    const all = [s1, s2, s3, parseSourceId('s0'), parseSourceId('s4')];
    const random = new SeededRandom(7);
    for (let revision = 2; revision < 2_000; revision += 1) {
      const source = random.pick(all);
      const order = random.pick(['exec', 'skip'] as const);
      const moves = [
        () => lock.takeInfo(source, parseRevision(revision)),
        () => lock.leaveInfo(source),
        () => lock.takeOrder(source, order, parseRevision(revision)),
        () => lock.withdrawOrder(source),
        () => lock.acknowledge(source, order),
        () => lock.breakOut(source, 'skip'),
        () => lock.removeSource(source),
        () => lock.addSources([source]),
        () => (lock.excluded = new Set(all.filter(() => random.oneIn(5)))),
      ];
      random.pick(moves)();
      const active = lock.active;
      expect([lock.activeCount, lock.remain]).toEqual([active.length, active.filter(({ ready }) => !ready).length]);
      const pending = active.filter(({ ready, done }) => ready && !done).map((part) => part.source);
      const asking = active.filter((part) => part.isAsking).map((part) => part.source);
      expect([...lock.open()].sort()).toEqual([...pending, ...asking].sort());
      const isOwnerAble = active.some((part) => part.source === lock.owner && !part.done);
      if (!lock.executed && !isOwnerAble) expect(lock.executor).toBe(pending.sort()[0] ?? null);
    }
  });

  it('goes on without a source that was broken out', () => {
    const lock = lockOf([s2, s3]);
    lock.breakOut(s1, 'skip');
    expect([lock.executor, orders(lock)]).toEqual([s2, ['s2 exec']]);
    lock.breakOut(s2, 'exec');
    lock.leaveInfo(s2);
    expect(orders(lock)).toEqual(['s3 skip']);
    lock.breakOut(parseSourceId('s9'), 'exec');
    expect(lock.participants.size).toBe(3);
  });

  it('names the lock whose operation comes first', () => {
    const other = formatLockId(task, parseDownstreamTable('shop', 'items'));
    expect(waitReasonsOf(lockOf([s1, s2, s3]), () => other)).toEqual([
      { kind: 'other-lock', source: s1, lockId: other },
    ]);
  });
});
