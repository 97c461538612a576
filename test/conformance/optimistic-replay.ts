import { formatLockId } from '../../src/core/model/lock-id';
import type { LockId } from '../../src/core/model/lock-id';
import type { LockEvent } from '../../src/core/model/lock-event';
import { parseSourceId } from '../../src/core/model/names';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../../src/core/model/names';
import type { ActionInput, ActionRecord } from '../../src/core/model/action';
import type { KeyValue, Mutation } from '../../src/core/model/store';
import { tableKey } from '../../src/core/model/table-key';
import { recover } from '../../src/core/state/recovery';
import type { TableEntry, Target } from '../../src/core/state/table-entry';
import { writeActionRecord } from '../../src/core/wire/action-record';
import { dmPrefix } from '../../src/core/wire/dm-keys';
import { writeInitialSchemaRecord } from '../../src/core/wire/initial-schema-record';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { formatLockstepKey, LOCKSTEP_PREFIX } from '../../src/core/wire/lockstep-keys';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import type { DmOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { tableOf } from './recorded-steps';
import { RecordedWrites } from './recorded-writes';
import type { ScenarioHead } from './recorded-writes';
import { SimulatedCoordinator } from '../support/simulated-coordinator';
import { SimulatedStore } from '../support/simulated-store';

/** What a replayed step did to the operations in the store, and what it told. */
export interface StepOutcome {
  readonly put: readonly DmOptimisticOperation[];
  readonly deleted: readonly DmOptimisticOperation[];
  readonly events: readonly LockEvent[];
  /** The action that the step asked for; null: none. */
  readonly action: ActionRecord | null;
}

/** What of a scenario the replay needs. */
export interface ReplayHead extends ScenarioHead {
  /** Whether tables enter the lock with the schema of their checkpoint. */
  readonly checkpoint: boolean;
}

/** Replays recorded steps of one task and target through the coordinator that the server uses. */
export class OptimisticReplay {
  readonly store = new SimulatedStore();
  readonly coordinator = new SimulatedCoordinator(this.store, { recover, limits: { operationsPerWrite: 10_000 } });
  readonly task: TaskName;
  readonly target: DownstreamTable;
  readonly lockId: LockId;
  readonly #writes: RecordedWrites;
  readonly #tables = new Map<SourceId, UpstreamTable[]>();
  /** What DM's checkpoint holds of each table, as a record; a lock that ends doesn't change it. */
  readonly #checkpoints = new Map<string, Mutation>();
  #actions = 0;

  constructor(private readonly head: ReplayHead) {
    this.#writes = new RecordedWrites(head);
    this.task = this.#writes.task;
    this.target = this.#writes.target;
    this.lockId = formatLockId(this.task, this.target);
    this.coordinator.lead();
  }

  /** The target as the coordinator knows it, with its lock if there is one; undefined before anything is known. */
  get lockTarget(): Target | undefined {
    return this.coordinator.state.targets.get(this.lockId);
  }

  /** What is known of an upstream table. */
  entryOf(table: UpstreamTable): TableEntry | undefined {
    return this.coordinator.state.tables.get(tableKey(this.task, table));
  }

  /** Carry out one recorded step; what it did to the operations. */
  run(step: JsonValue): StepOutcome {
    this.#restoreCheckpoints();
    const before = this.#operations();
    const published = this.coordinator.published.length;
    const action = this.#carryOut(step);
    const after = this.#operations();
    const isNew = ({ key, modRevision }: KeyValue): boolean => before.get(key)?.modRevision !== modRevision;
    const own = step.field('kind').is('done') ? this.#writes.operationKey(tableOf(step)) : null;
    return {
      put: [...after.values()]
        .filter((value) => isNew(value) && value.key !== own)
        .map(({ value }) => decodeOptimisticOperation(value)),
      deleted: [...before.values()]
        .filter(({ key }) => !after.has(key))
        .map(({ value }) => decodeOptimisticOperation(value)),
      events: this.coordinator.published.slice(published),
      action: action === null ? null : (this.coordinator.state.actions.get(action) ?? null),
    };
  }

  /** The table that a step or a scenario's list names is one of the source tables from now on. */
  addTable(named: JsonValue): void {
    const table = tableOf(named);
    const checkpoint = named.field('checkpointInfo').nullable((index) => this.#writes.tableInfo(index.count()));
    const key = formatLockstepKey({ kind: 'initial-schema', task: this.task, table });
    if (this.head.checkpoint && checkpoint !== null) {
      this.#checkpoints.set(key, {
        kind: 'put',
        key,
        value: writeInitialSchemaRecord({ schema: checkpoint, isRegistered: false }),
      });
    }
    this.#putTables(table.source, [...(this.#tables.get(table.source) ?? []), table], []);
  }

  #carryOut(step: JsonValue): string | null {
    const kind = step
      .field('kind')
      .oneOf(['info', 'done', 'addTable', 'removeTable', 'unlock', 'restart', 'removeSources', 'stopTask']);
    switch (kind) {
      case 'info':
        this.coordinator.change([this.#writes.infoPut(step)]);
        return null;
      case 'done':
        this.coordinator.change([this.#writes.operationPut(step.field('op'))]);
        return null;
      case 'addTable':
        this.addTable(step);
        return null;
      case 'removeTable':
        this.#removeTable(tableOf(step));
        return null;
      case 'unlock':
        return this.#ask(this.#unlock(step));
      case 'restart':
        this.#restart();
        return null;
      case 'removeSources':
        return this.#removeMeta([parseSourceId(step.field('source').text())]);
      case 'stopTask':
        return this.#removeMeta([]);
    }
  }

  /** A store as DM leaves it: without our own records, but with the schemas that stand for DM's checkpoints. */
  #restart(): void {
    const keeps = [formatLockstepKey({ kind: 'task', task: this.task }), `${LOCKSTEP_PREFIX}initial-schema/`];
    const own = this.store.range(LOCKSTEP_PREFIX).filter(({ key }) => !keeps.some((prefix) => key.startsWith(prefix)));
    this.store.transact(
      [],
      own.map(({ key }): Mutation => ({ kind: 'delete', key })),
    );
    this.coordinator.restart();
  }

  #removeMeta(sources: readonly SourceId[]): string {
    for (const source of sources.length === 0 ? [...this.#tables.keys()] : sources) this.#tables.delete(source);
    return this.#ask({ kind: 'remove-meta', task: this.task, sources, force: true });
  }

  #removeTable(table: UpstreamTable): void {
    const rest = (this.#tables.get(table.source) ?? []).filter(
      (other) => other.schema !== table.schema || other.table !== table.table,
    );
    const key = formatLockstepKey({ kind: 'initial-schema', task: this.task, table });
    this.#checkpoints.delete(key);
    this.#putTables(table.source, rest, [{ kind: 'delete', key }]);
  }

  /** DM's checkpoints outlive its locks. */
  #restoreCheckpoints(): void {
    const missing = [...this.#checkpoints].filter(([key]) => this.store.get(key) === null);
    if (missing.length > 0) this.coordinator.change(missing.map(([, mutation]) => mutation));
  }

  #putTables(source: SourceId, tables: UpstreamTable[], more: readonly Mutation[]): void {
    this.#restoreCheckpoints();
    this.#tables.set(source, tables);
    this.coordinator.change([this.#writes.tablesPut(source, tables), ...more]);
  }

  #unlock(step: JsonValue): ActionInput {
    const exec = step.field('action').oneOf(['exec', 'skip']) === 'exec';
    return {
      kind: 'unlock-optimistic',
      lockId: this.lockId,
      ifIncarnation: null,
      tables: [tableOf(step)],
      sources: [],
      exec,
      force: false,
    };
  }

  #ask(input: ActionInput): string {
    this.#actions += 1;
    const id = `action-${this.#actions}`;
    const record: ActionRecord = {
      id,
      input,
      actor: 'conformance',
      reason: '',
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

  #operations(): Map<string, KeyValue> {
    return new Map(this.store.range(dmPrefix('optimistic-operation', this.task)).map((value) => [value.key, value]));
  }
}
