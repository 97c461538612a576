import type { ActionInput, ActionRecord } from '../../../src/core/model/action';
import { formatLockId } from '../../../src/core/model/lock-id';
import type { LockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../../src/core/model/names';
import type { TaskRecord } from '../../../src/core/model/records';
import type { Mutation } from '../../../src/core/model/store';
import type { PessimisticLock } from '../../../src/core/pessimistic/lock';
import { recover } from '../../../src/core/state/recovery';
import { writeActionRecord } from '../../../src/core/wire/action-record';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { writePessimisticInfo } from '../../../src/core/wire/pessimistic-info';
import { readPessimisticOperation, writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { writeTaskRecord } from '../../../src/core/wire/task-record';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

export const TASK = parseTaskName('test');
export const ADD_C1 = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c1` INT';
export const ADD_C2 = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c2` INT';
export const WAIT_MS = 10_000;

/** The lock of a table of the schema `shop`. */
export function lockIdOf(table = 'orders'): LockId {
  return formatLockId(TASK, parseDownstreamTable('shop', table));
}

/** A pessimistic task with its coordinator, and what workers and operators do to them. */
export class PessimisticWorld {
  readonly store = new SimulatedStore();
  readonly coordinator: SimulatedCoordinator;
  #actions = 0;

  constructor(sources: readonly string[] = [], operationsPerWrite = 128) {
    this.coordinator = new SimulatedCoordinator(this.store, { recover, limits: { operationsPerWrite } });
    this.coordinator.lead();
    if (sources.length > 0) this.declare(sources);
  }

  declare(sources: readonly string[], change: Partial<TaskRecord> = {}): void {
    const record: TaskRecord = {
      task: TASK,
      mode: 'pessimistic',
      sources: sources.map(parseSourceId),
      declared: true,
      expected: null,
      dissent: [],
      excluded: [],
      ...change,
    };
    this.coordinator.change([
      { kind: 'put', key: formatLockstepKey({ kind: 'task', task: TASK }), value: writeTaskRecord(record) },
    ]);
  }

  /** A worker reports that all shards of its source have met these DDLs. */
  report(source: string, ddls: readonly string[] = [ADD_C1], table = 'orders'): void {
    this.coordinator.change([infoPut(source, ddls, table)]);
  }

  /** A worker acknowledges what it was told; whether its info was still there. */
  acknowledge(source: string): boolean {
    const operation = this.operation(source);
    if (operation === null) return false;
    const key = { task: TASK, source: parseSourceId(source) };
    const value = writePessimisticOperation({ ...operation, done: true });
    return this.coordinator.change(
      [
        { kind: 'put', key: formatDmKey({ kind: 'pessimistic-operation', ...key }), value },
        { kind: 'delete', key: infoKey(source) },
      ],
      [{ kind: 'version', key: infoKey(source), operator: '>', value: 0 }],
    );
  }

  /** The operation of a source, as stored. */
  operation(source: string): ReturnType<typeof readPessimisticOperation> | null {
    const stored = this.store.get(
      formatDmKey({ kind: 'pessimistic-operation', task: TASK, source: parseSourceId(source) }),
    );
    return stored === null ? null : readPessimisticOperation(stored.value);
  }

  /** In short what each source was told: `exec`, `skip`, with `!` once it is done. */
  told(): Record<string, string> {
    const prefix = formatDmKey({ kind: 'pessimistic-operation', task: TASK, source: parseSourceId('x') }).slice(0, -2);
    const operations = this.store.range(prefix).map(({ value }) => readPessimisticOperation(value));
    return Object.fromEntries(
      operations.map(({ source, exec, done }) => [source, `${exec ? 'exec' : 'skip'}${done ? '!' : ''}`]),
    );
  }

  /** Whether the info of a source is stored. */
  isWaiting(source: string): boolean {
    return this.store.get(infoKey(source)) !== null;
  }

  lock(table = 'orders'): PessimisticLock | undefined {
    return this.coordinator.state.pessimistic.locks.get(lockIdOf(table))?.lock;
  }

  /** Ask for a manual action; its ID. */
  ask(input: ActionInput): string {
    this.#actions += 1;
    const id = `a${this.#actions}`;
    const record: ActionRecord = {
      id,
      input,
      actor: 'operator',
      reason: 'test',
      state: 'asked',
      askedAtMs: this.coordinator.nowMs,
      deadlineMs: null,
      progress: null,
      result: null,
      endedAtMs: null,
    };
    this.coordinator.change([
      { kind: 'put', key: formatLockstepKey({ kind: 'action', id }), value: writeActionRecord(record) },
    ]);
    return id;
  }

  unlock(
    change: {
      readonly table?: string;
      readonly owner?: string;
      readonly sources?: readonly string[];
      readonly forceRemove?: boolean;
    } = {},
  ): string {
    return this.ask({
      kind: 'unlock-pessimistic',
      lockId: lockIdOf(change.table),
      ifIncarnation: null,
      owner: change.owner === undefined ? null : parseSourceId(change.owner),
      sources: (change.sources ?? []).map(parseSourceId),
      forceRemove: change.forceRemove ?? false,
      waitMs: WAIT_MS,
    });
  }

  breakOut(
    source: string,
    change: { readonly exec?: boolean; readonly removeId?: LockId; readonly force?: boolean } = {},
  ): string {
    return this.ask({
      kind: 'break',
      task: TASK,
      source: parseSourceId(source),
      exec: change.exec ?? false,
      removeId: change.removeId ?? null,
      ifIncarnation: null,
      force: change.force ?? false,
      waitMs: WAIT_MS,
    });
  }

  action(id: string): ActionRecord | undefined {
    return this.coordinator.state.actions.get(id);
  }

  /** How an action ended: `done`, or its error's code; `running` until then. */
  outcome(id: string): string {
    const action = this.action(id);
    if (action?.result == null) return 'running';
    return action.result.failure?.code ?? 'done';
  }

  /** The kinds of the events so far, with who they are about. */
  events(): string[] {
    return this.coordinator.published.map((event) => {
      const who = 'participant' in event ? ` ${event.participant.source}` : 'by' in event ? ` ${event.by.source}` : '';
      const how = event.kind === 'OperationPut' ? (event.exec === true ? ' exec' : ' skip') : '';
      return `${event.kind}${who}${how}`;
    });
  }
}

export function infoKey(source: string): string {
  return formatDmKey({ kind: 'pessimistic-info', task: TASK, source: parseSourceId(source) });
}

export function infoPut(source: string, ddls: readonly string[], table = 'orders'): Mutation {
  const info = { task: TASK, source: parseSourceId(source), target: parseDownstreamTable('shop', table), ddls };
  return { kind: 'put', key: infoKey(source), value: writePessimisticInfo(info) };
}
