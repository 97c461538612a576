import { describe, expect, it } from '@jest/globals';
import { parseSourceId } from '../../../src/core/model/names';
import type { Write } from '../../../src/core/state/write';
import { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { recover } from '../../../src/core/state/recovery';
import { parseLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { snapshotOf } from './pessimistic-snapshot';
import { ADD_C1, ADD_C2, infoPut, lockIdOf, PessimisticWorld, WAIT_MS } from './pessimistic-world';

const MANY = Array.from({ length: 30 }, (_, index) => `s${index}`);

/** The kinds of this project's keys that a write puts. */
function putsOf({ mutations }: Write): string[] {
  return mutations.flatMap((mutation) => {
    const kind =
      mutation.kind === 'put' && mutation.key.startsWith('/lockstep/')
        ? parseLockstepKey(mutation.key)?.kind
        : undefined;
    return kind === undefined ? [] : [kind];
  });
}

function recovered(world: PessimisticWorld): unknown {
  const state = new CoordinatorState({ operationsPerWrite: 128 });
  recover(state, world.store.range(''), world.store.revision);
  return snapshotOf(state);
}

function leftovers(world: PessimisticWorld): string[] {
  const own = ['lock', 'lock-sources', 'participant', 'ddl-conflict'].map((kind) => `/lockstep/${kind}/`);
  return ['/dm-master/', ...own].flatMap((prefix) => world.store.range(prefix).map(({ key }) => key));
}

describe('the records of a lock', () => {
  it('are one small one per report; the lock’s own changes only when the lock does', () => {
    const world = new PessimisticWorld(MANY);
    const { written } = world.coordinator;
    for (const source of MANY) world.report(source);
    expect(written.map(putsOf)).toEqual([
      ['lock', 'lock-sources', 'participant'],
      ...MANY.slice(2).map(() => ['participant']),
      ['lock', 'participant', 'participant'],
    ]);
    const sizes = written.slice(1, -1).map(({ mutations }) => JSON.stringify(mutations).length);
    expect(Math.max(...sizes)).toBeLessThan(400);
    const before = written.length;
    for (const source of MANY) world.acknowledge(source);
    expect(
      written
        .slice(before)
        .flatMap(putsOf)
        .filter((kind) => kind === 'lock'),
    ).toHaveLength(1);
    expect(leftovers(world)).toEqual([]);
  });

  it('name sources that the task got later, once they take part', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.declare(['s1', 's2', 's3']);
    world.coordinator.restart();
    expect([...(world.lock()?.participants.keys() ?? [])].sort()).toEqual(['s1', 's2']);
    world.report('s2');
    world.coordinator.restart();
    expect([...(world.lock()?.participants.keys() ?? [])].sort()).toEqual(['s1', 's2', 's3']);
  });

  it('of a task whose sources become known while the leader dies: the next one knows them too', () => {
    const world = new PessimisticWorld();
    world.report('s1');
    world.coordinator.beforeWrite = () => false;
    world.declare(['s1']);
    world.coordinator.beforeWrite = () => true;
    world.coordinator.restart();
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('tell a conflict once, also of a source that the task does not name', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s9', [ADD_C2]);
    world.report('s2', [ADD_C2]);
    world.coordinator.restart();
    world.report('s2');
    expect(world.events().filter((event) => event.startsWith('ConflictDetected'))).toEqual([
      'ConflictDetected s9',
      'ConflictDetected s2',
    ]);
    expect(world.lock()?.participants.has(parseSourceId('s9'))).toBe(false);
    expect(recovered(world)).toEqual(snapshotOf(world.coordinator.state));
  });

  it('that somebody damaged or deleted are written anew', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    const [record] = world.store.range('/lockstep/participant/');
    expect(record).toBeDefined();
    for (const spoil of [
      (key: string): unknown => world.coordinator.change([{ kind: 'delete', key }]),
      (key: string): unknown => world.coordinator.change([{ kind: 'put', key, value: '{' }]),
    ]) {
      spoil(record?.key ?? '');
      world.report('s1');
      expect(world.coordinator.state.problems.size).toBe(0);
      expect(recovered(world)).toEqual(snapshotOf(world.coordinator.state));
    }
  });

  it('of an earlier lock that were left behind mean nothing', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    const [left] = world.store.range('/lockstep/participant/');
    world.unlock();
    world.acknowledge('s1');
    expect(leftovers(world)).toEqual([]);
    world.store.put(left?.key ?? '', left?.value ?? '');
    world.report('s2');
    world.coordinator.restart();
    expect(world.lock()?.participants.get(parseSourceId('s1'))?.ready).toBe(false);
    world.report('s1');
    world.acknowledge('s2');
    world.acknowledge('s1');
    expect(leftovers(world)).toEqual([]);
  });
});

describe('a lock whose writes come in parts', () => {
  it('is the same after a crash between any two of them, for who leads next and for who followed', () => {
    for (let survives = 0; survives < 12; survives += 1) {
      const world = new PessimisticWorld(MANY.slice(0, 6), 12);
      const follower = new SimulatedCoordinator(world.store, { recover });
      let left = survives;
      world.coordinator.beforeWrite = () => {
        left -= 1;
        return left >= 0;
      };
      world.store.transact(
        [],
        MANY.slice(0, 6).map((source) => infoPut(source, [ADD_C1])),
      );
      world.coordinator.catchUp();
      follower.catchUp();
      expect([survives, recovered(world)]).toEqual([survives, snapshotOf(world.coordinator.state)]);
      // Nobody is told anything because of reports that no record tells of.
      const isTold = Object.keys(world.told()).length > 0;
      expect([survives, isTold && world.store.range('/lockstep/participant/').length < 6]).toEqual([survives, false]);
      expect([survives, snapshotOf(follower.state)]).toEqual([survives, snapshotOf(world.coordinator.state)]);
      world.coordinator.beforeWrite = () => true;
      world.coordinator.restart();
      follower.catchUp();
      expect(snapshotOf(follower.state)).toEqual(snapshotOf(world.coordinator.state));
      for (const source of MANY.slice(0, 6)) world.acknowledge(source);
      expect(leftovers(world)).toEqual([]);
      expect(world.events().filter((event) => event === 'LockSynced')).toHaveLength(1);
    }
  });

  it.each([[false], [true]])('can be unlocked though nobody else answers, also by who leads next (%s)', (restarts) => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY.slice(0, 20)) world.report(source);
    const id = world.unlock();
    world.acknowledge('s0');
    let parts = 0;
    world.coordinator.beforeWrite = () => {
      parts += 1;
      return !restarts || parts !== 6;
    };
    world.coordinator.elapse(WAIT_MS);
    if (restarts) {
      // The next leader's clock is behind.
      world.coordinator.nowMs -= WAIT_MS;
      world.coordinator.restart();
    }
    expect(parts).toBeGreaterThan(6);
    expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
    expect(leftovers(world)).toEqual([]);
    const told = world.events().filter((event) => event.startsWith('OperationPut'));
    expect(new Set(told).size).toBe(told.length);
  });

  it('can be unlocked when all have done their part but one that is missing', () => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY.slice(1)) world.report(source);
    const first = world.unlock();
    for (const source of MANY.slice(1)) world.acknowledge(source);
    expect(world.outcome(first)).toBe('done');
    expect(leftovers(world)).toEqual([]);
  });

  it('can be unlocked at once when nobody has to be waited for', () => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY) world.report(source);
    world.acknowledge('s0');
    const id = world.unlock({ sources: ['s0'] });
    expect(world.outcome(id)).toBe('done');
    expect(leftovers(world)).toEqual([]);
  });

  it.each([[true], [false]])('can be removed by a break, whether its source answers or not (%s)', (answers) => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY.slice(0, 20)) world.report(source);
    const id = world.breakOut('s3', { removeId: lockIdOf() });
    if (answers) world.acknowledge('s3');
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(id)).toBe(answers ? 'done' : 'PART_OF_WORKERS_FAILED');
    expect(leftovers(world)).toEqual([]);
  });

  it('can be removed by a break while it moves', () => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY) world.report(source);
    world.acknowledge('s0');
    const id = world.breakOut('s3', { removeId: lockIdOf(), force: true });
    world.coordinator.elapse(WAIT_MS);
    expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
    expect(leftovers(world)).toEqual([]);
  });

  it('can be removed by a break of a source that is not blocked, though it reports meanwhile', () => {
    const world = new PessimisticWorld(MANY, 12);
    for (const source of MANY.slice(0, 20)) world.report(source);
    let parts = 0;
    world.coordinator.beforeWrite = () => {
      parts += 1;
      if (parts === 3) world.store.transact([], [infoPut('s29', [ADD_C1])]);
      return true;
    };
    const id = world.breakOut('s29', { removeId: lockIdOf() });
    expect(world.outcome(id)).toBe('NOT_WAITING');
    expect(world.lock()?.participants.get(parseSourceId('s0'))?.ready ?? false).toBe(false);
  });
});
