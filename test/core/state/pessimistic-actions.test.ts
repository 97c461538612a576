import { describe, expect, it } from '@jest/globals';
import { parseSourceId } from '../../../src/core/model/names';
import { writeFailureRecord } from '../../../src/core/wire/failure-record';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writeStatusRecord } from '../../../src/core/wire/status-record';
import { ADD_C1, ADD_C2, lockIdOf, PessimisticWorld, TASK, WAIT_MS } from './pessimistic-world';

const THREE = ['s1', 's2', 's3'];

function waiting(...sources: readonly string[]): PessimisticWorld {
  const world = new PessimisticWorld(THREE);
  for (const source of sources) world.report(source);
  return world;
}

function workers(world: PessimisticWorld, id: string): Record<string, string> {
  const results = world.action(id)?.result?.workers ?? [];
  return Object.fromEntries(results.map(({ source, failure }) => [source, failure?.code ?? 'ok']));
}

describe('unlock', () => {
  it('A: a worker has gone for good: the owner executes, the synced others skip, the lock goes', () => {
    const world = waiting('s1', 's2');
    const id = world.unlock();
    expect(world.told()).toEqual({ s1: 'exec' });
    expect(world.outcome(id)).toBe('running');
    world.acknowledge('s1');
    expect(world.told()).toEqual({ s1: 'exec!', s2: 'skip' });
    world.acknowledge('s2');
    expect(world.outcome(id)).toBe('done');
    expect(workers(world, id)).toEqual({ s1: 'ok', s2: 'ok' });
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
    expect(world.events().filter((event) => event === 'LockUnlocked' || event === 'LockResolved')).toEqual([
      'LockUnlocked',
    ]);
  });

  it('A: the owner itself has gone: another synced source executes, and the silent ones are reported (P13)', () => {
    const world = waiting('s1', 's2');
    const id = world.unlock({ owner: 's2' });
    expect(world.told()).toEqual({ s2: 'exec' });
    world.acknowledge('s2');
    expect(world.told()).toEqual({ s1: 'skip', s2: 'exec!' });
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
    expect(workers(world, id)).toEqual({ s2: 'ok', s1: 'PART_OF_WORKERS_FAILED' });
    expect(world.action(id)?.state).toBe('expired');
    expect(world.lock()).toBeUndefined();
  });

  it('B: a worker that restarted meanwhile reports again: a new lock, which is unlocked by itself', () => {
    const world = waiting('s1', 's2');
    const first = world.unlock();
    world.acknowledge('s1');
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(first)).toBe('PART_OF_WORKERS_FAILED');
    world.report('s2');
    expect(world.lock()?.owner).toBe('s2');
    const second = world.unlock({ sources: ['s2'] });
    expect(world.told()).toEqual({ s2: 'exec' });
    world.acknowledge('s2');
    expect(world.outcome(second)).toBe('done');
    expect(world.lock()).toBeUndefined();
  });

  it('takes back what it changed, and nothing else, when the owner does not execute (P3); its later done counts (P2)', () => {
    const world = waiting('s1');
    const id = world.unlock();
    world.report('s2');
    world.coordinator.elapse(WAIT_MS - 1);
    expect(world.outcome(id)).toBe('running');
    world.coordinator.elapse(1);
    expect(world.outcome(id)).toBe('OWNER_NOT_DONE');
    expect(world.action(id)?.state).toBe('expired');
    expect(world.lock()?.remain).toBe(1);
    expect(world.told()).toEqual({ s1: 'exec' });
    world.acknowledge('s1');
    expect(world.lock()?.executed).toBe(true);
    expect(world.told()).toEqual({ s1: 'exec!' });
    world.report('s3');
    expect(world.told()).toEqual({ s1: 'exec!', s2: 'skip', s3: 'skip' });
  });

  it('with force removes the lock even so', () => {
    const world = waiting('s1', 's2');
    const id = world.unlock({ forceRemove: true });
    world.coordinator.elapse(WAIT_MS);
    expect(world.told()).toEqual({ s1: 'exec', s2: 'skip' });
    world.acknowledge('s2');
    expect(world.outcome(id)).toBe('done');
    expect(workers(world, id)).toEqual({ s1: 'OWNER_NOT_DONE', s2: 'ok' });
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
  });

  it('lets one source execute: a replaced owner loses its order, one that has executed needs no replacement (P12)', () => {
    const world = waiting(...THREE);
    expect(world.told()).toEqual({ s1: 'exec' });
    world.unlock({ owner: 's2' });
    expect(world.told()).toEqual({ s2: 'exec' });
    world.acknowledge('s2');
    expect(world.told()).toEqual({ s1: 'skip', s2: 'exec!', s3: 'skip' });

    const other = waiting(...THREE);
    other.acknowledge('s1');
    const id = other.unlock({ owner: 's2' });
    expect(other.told()).toEqual({ s1: 'exec!', s2: 'skip', s3: 'skip' });
    other.acknowledge('s2');
    other.acknowledge('s3');
    expect(other.outcome(id)).toBe('done');
  });

  it('keeps the info of a next DDL, which makes a new lock', () => {
    const world = waiting('s1');
    world.report('s3', [ADD_C2]);
    const id = world.unlock();
    world.acknowledge('s1');
    expect(world.outcome(id)).toBe('done');
    expect(world.isWaiting('s3')).toBe(true);
    expect(world.lock()?.origin.ddls).toEqual([ADD_C2]);
  });

  it('waits longer for a worker that goes on, and ends at once when it says that it has failed for good', () => {
    const world = waiting('s1', 's2');
    const id = world.unlock();
    const key = formatLockstepKey({ kind: 'source-failure', task: TASK, source: parseSourceId('s1') });
    const operationRevision =
      world.lock()?.participants.get(parseSourceId('s1'))?.orderRevision ?? world.store.revision;
    const fail = (retryable: boolean, isWorking = false): void => {
      const value = writeFailureRecord({
        operationRevision,
        isWorking,
        reason: isWorking ? '' : 'no space',
        retryable,
        atMs: world.coordinator.nowMs,
      });
      world.coordinator.change([{ kind: 'put', key, value }]);
    };
    world.coordinator.elapse(WAIT_MS / 2);
    fail(true);
    world.coordinator.elapse(WAIT_MS / 2);
    expect(world.outcome(id)).toBe('running');
    fail(true, true);
    world.coordinator.elapse(WAIT_MS / 2);
    expect(world.outcome(id)).toBe('running');
    fail(false);
    expect(world.outcome(id)).toBe('OWNER_NOT_DONE');
    // What a worker said ended it, not the time.
    expect(world.action(id)?.state).toBe('failed');
  });

  it.each<[string, (world: PessimisticWorld) => string, string]>([
    ['no lock', (world) => world.unlock({ table: 'items' }), 'LOCK_NOT_FOUND'],
    ['an owner that has not reported', (world) => world.unlock({ owner: 's3' }), 'OWNER_NOT_WAITING'],
    ['an owner that is unknown', (world) => world.unlock({ owner: 's9' }), 'OWNER_NOT_WAITING'],
  ])('is refused: %s', (_what, ask, code) => {
    const world = waiting('s1');
    expect(world.outcome(ask(world))).toBe(code);
    expect(world.told()).toEqual({});
  });

  it('is refused while another one runs', () => {
    const world = waiting('s1');
    world.unlock();
    expect(world.outcome(world.unlock())).toBe('LOCK_IS_RESOLVING');
  });

  it('goes on under a new leader, at any moment', () => {
    const world = waiting('s1', 's2');
    const id = world.unlock();
    for (const proceed of [
      () => world.acknowledge('s1'),
      () => world.coordinator.elapse(1),
      () => world.acknowledge('s2'),
    ]) {
      world.coordinator.restart();
      proceed();
    }
    world.coordinator.restart();
    expect(world.outcome(id)).toBe('done');
    expect(world.lock()).toBeUndefined();
    expect(world.events().filter((event) => event.startsWith('OperationPut'))).toEqual([
      'OperationPut s1 exec',
      'OperationPut s2 skip',
    ]);
  });
});

describe('break', () => {
  const block = (world: PessimisticWorld, source: string): void => {
    const value = writeStatusRecord({
      position: null,
      delayMs: null,
      blockingDdls: [ADD_C1],
      blockingLockId: lockIdOf(),
      formingGroups: [],
      stage: 'running',
      error: null,
      atMs: world.coordinator.nowMs,
    });
    world.coordinator.change([
      { kind: 'put', key: formatLockstepKey({ kind: 'status', task: TASK, source: parseSourceId(source) }), value },
    ]);
  };
  const marks = (world: PessimisticWorld): number => world.store.range('/lockstep/break/').length;

  it('C: a worker is still blocked on a lock that is gone: it alone skips, and nothing is left', () => {
    const world = new PessimisticWorld(THREE);
    block(world, 's2');
    const id = world.breakOut('s2');
    expect(world.told()).toEqual({ s2: 'skip' });
    expect(world.isWaiting('s2')).toBe(true);
    expect(world.lock()).toBeUndefined();
    world.acknowledge('s2');
    expect(world.outcome(id)).toBe('done');
    expect(world.told()).toEqual({});
    expect(marks(world)).toBe(0);
    expect(world.events()).toEqual(['OperationPut s2 skip', 'LockBroken s2']);
  });

  it('of a source with other DDLs lets the lock go on', () => {
    const world = waiting('s1', 's2');
    world.report('s3', [ADD_C2]);
    const id = world.breakOut('s3', { exec: true });
    expect(world.operation('s3')?.ddls).toEqual([ADD_C2]);
    world.acknowledge('s3');
    expect(world.outcome(id)).toBe('done');
    world.report('s3');
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('of a source in an unsynced lock does its part there', () => {
    const world = waiting('s1', 's2');
    world.breakOut('s1', { exec: true });
    world.acknowledge('s1');
    expect(world.lock()?.executed).toBe(true);
    world.report('s3');
    expect(world.told()).toEqual({ s2: 'skip', s3: 'skip' });
  });

  it('counts a late answer', () => {
    const world = new PessimisticWorld(THREE);
    block(world, 's2');
    const id = world.breakOut('s2');
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
    expect(world.action(id)?.state).toBe('expired');
    expect(marks(world)).toBe(1);
    world.report('s2');
    expect(world.lock()).toBeUndefined();
    world.acknowledge('s2');
    expect(marks(world)).toBe(0);
    expect(world.told()).toEqual({});
  });

  it('ends when its source waits for something else', () => {
    const world = new PessimisticWorld(THREE);
    block(world, 's2');
    world.breakOut('s2');
    world.report('s2', [ADD_C2]);
    expect(marks(world)).toBe(0);
    expect(world.told()).toEqual({});
    expect(world.lock()?.owner).toBe('s2');
  });

  it('removes a lock even if the worker does not answer', () => {
    const world = waiting('s1', 's2');
    const id = world.breakOut('s2', { removeId: lockIdOf() });
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
    expect(marks(world)).toBe(0);
  });

  it('removes a lock also when the worker answers', () => {
    const world = waiting('s1', 's2');
    const id = world.breakOut('s2', { removeId: lockIdOf() });
    world.acknowledge('s2');
    expect(world.outcome(id)).toBe('done');
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
  });

  it('is refused while the lock resolves by itself, unless forced', () => {
    const world = waiting(...THREE);
    expect(world.outcome(world.breakOut('s2'))).toBe('LOCK_IS_RESOLVING');
    world.breakOut('s2', { force: true });
    expect(world.told()).toEqual({ s1: 'exec', s2: 'skip' });
    world.acknowledge('s2');
    world.acknowledge('s1');
    world.acknowledge('s3');
    expect(world.lock()).toBeUndefined();
  });

  it.each<[string, string]>([
    ['s2', 'NOT_WAITING'],
    ['s9', 'SOURCE_NOT_FOUND'],
  ])('of %s is refused: %s', (source, code) => {
    const world = waiting('s1');
    expect(world.outcome(world.breakOut(source))).toBe(code);
  });

  it('of an unknown task is refused', () => {
    const world = new PessimisticWorld();
    expect(world.outcome(world.breakOut('s1'))).toBe('TASK_NOT_FOUND');
  });
});

describe('remove-meta', () => {
  it('of a task removes its locks', () => {
    const world = waiting(...THREE);
    const id = world.ask({ kind: 'remove-meta', task: TASK, sources: [], force: true });
    expect(world.outcome(id)).toBe('done');
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
    expect(world.store.range('/lockstep/lock/')).toEqual([]);
  });

  it('of a source takes it out of the locks', () => {
    const world = waiting('s1', 's2');
    world.ask({ kind: 'remove-meta', task: TASK, sources: [parseSourceId('s3')], force: true });
    expect(world.told()).toEqual({ s1: 'exec' });
    world.coordinator.restart();
    expect([...(world.lock()?.participants.keys() ?? [])]).toEqual(['s1', 's2']);
  });
});

it('retry-info of a source decides its info again', () => {
  const world = waiting(...THREE);
  const before = world.lock()?.participants.get(parseSourceId('s1'))?.infoRevision ?? 0;
  const id = world.ask({ kind: 'retry-info', task: TASK, source: parseSourceId('s1'), table: null });
  expect(world.outcome(id)).toBe('done');
  expect(world.lock()?.participants.get(parseSourceId('s1'))?.infoRevision).toBeGreaterThan(before);
  expect(world.told()).toEqual({ s1: 'exec' });
});
