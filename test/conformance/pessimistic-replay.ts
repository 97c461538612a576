import type { ActionInput, ActionRecord } from '../../src/core/model/action';
import { ErrorCatalogue } from '../../src/core/model/error-catalogue';
import { LockstepError } from '../../src/core/model/error';
import { unreachable } from '../../src/core/model/invariant';
import { formatLockId, parseLockId } from '../../src/core/model/lock-id';
import type { LockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Compare, Mutation } from '../../src/core/model/store';
import { recover } from '../../src/core/state/recovery';
import { writeActionRecord } from '../../src/core/wire/action-record';
import { dmPrefix, formatDmKey } from '../../src/core/wire/dm-keys';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { formatLockstepKey } from '../../src/core/wire/lockstep-keys';
import { decodePessimisticInfo, encodePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { decodePessimisticOperation, encodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import type { DmPessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { writeTaskRecord } from '../../src/core/wire/task-record';
import { SimulatedCoordinator } from '../support/simulated-coordinator';
import { SimulatedStore } from '../support/simulated-store';
import { sourceName } from './pessimistic-recorded';
import type { InfoPicture, LockPicture, OperationPicture, Picture } from './pessimistic-recorded';

/** How a step ended: DM's code of the error, `store` if the store was lost meanwhile, null without an error. */
export type StepError = number | 'store' | null;

/** What a step came to. */
export interface StepOutcome {
  readonly error: StepError;
  /** Whether the worker's put was made; null: none was tried. */
  readonly putted: boolean | null;
  /** The action that the step asked for, as it ended; null: none. */
  readonly action: ActionRecord | null;
  /** What became of the steps within an unlock; null where one's time never came. */
  readonly during: readonly (StepOutcome | null)[];
}

const NOTHING: StepOutcome = { error: null, putted: null, action: null, during: [] };

/** The recorder polls three times per wait. */
const POLLS = 3;
const POLL_MS = 1_000;

/** Replays recorded steps of pessimistic tasks through the coordinator that the server uses. */
export class PessimisticReplay {
  readonly store = new SimulatedStore();
  readonly coordinator = new SimulatedCoordinator(this.store, { recover });
  readonly #sources = new Map<string, readonly string[]>();
  /** Whether the coordinator reaches the store. */
  #storeIsUp = true;
  #isClosed = false;
  #actions = 0;

  /** @param taskSources the sources of each task at the start */
  constructor(taskSources: ReadonlyMap<string, readonly string[]>) {
    for (const [task, sources] of taskSources) this.#putTask(task, sources);
    this.coordinator.lead();
    this.coordinator.beforeWrite = () => this.#storeIsUp;
  }

  /** Carry out one recorded step. What was lost before it is tried again after it. */
  run(step: JsonValue): StepOutcome {
    const outcome = this.#carryOut(step);
    const isRetried = this.#storeIsUp && !step.field('kind').is('etcdUp');
    if (isRetried) this.coordinator.reportLost();
    return outcome;
  }

  /** What is stored becomes what DM had stored; the infos are older than the operations. */
  load({ infos, operations }: Picture): void {
    const mutations = [...infos.values()].map(({ task, source, schema, table, ddls }): Mutation => {
      const key = formatDmKey({ kind: 'pessimistic-info', task: parseTaskName(task), source: parseSourceId(source) });
      return { kind: 'put', key, value: encodePessimisticInfo({ task, source, schema, table, ddls }) };
    });
    this.store.transact([], [{ kind: 'delete-prefix', prefix: dmPrefix('pessimistic-info') }]);
    this.store.transact([], [{ kind: 'delete-prefix', prefix: dmPrefix('pessimistic-operation') }]);
    this.store.transact([], mutations);
    for (const operation of operations.values()) {
      const key = formatDmKey({
        kind: 'pessimistic-operation',
        task: parseTaskName(operation.task),
        source: parseSourceId(operation.source),
      });
      this.store.put(key, encodePessimisticOperation(operation));
    }
  }

  /** What is there now, in the recorder's words. */
  get picture(): Picture {
    const infos = this.store.range(dmPrefix('pessimistic-info')).map(({ value }): InfoPicture => {
      const { ddls, ...info } = decodePessimisticInfo(value);
      return {
        ...info,
        ddls: ddls ?? [],
        lockId: formatLockId(parseTaskName(info.task), parseDownstreamTable(info.schema, info.table)),
      };
    });
    const operations = this.store.range(dmPrefix('pessimistic-operation')).map(({ value }): OperationPicture => {
      const operation = decodePessimisticOperation(value);
      return { ...operation, ddls: operation.ddls ?? [] };
    });
    return { locks: this.#locks(), infos: bySource(infos), operations: bySource(operations) };
  }

  #locks(): Map<string, LockPicture> {
    const pictures = new Map<string, LockPicture>();
    for (const { lock } of this.coordinator.state.pessimistic.locks.values()) {
      const participants = [...lock.participants.values()];
      pictures.set(lock.origin.id, {
        task: lock.origin.task,
        owner: lock.owner,
        ddls: lock.origin.ddls,
        remain: lock.remain,
        synced: lock.synced,
        resolved: lock.resolved,
        ready: new Map(participants.map(({ source, ready }) => [source, ready])),
        done: new Map(participants.map(({ source, done }) => [source, done])),
      });
    }
    return pictures;
  }

  #carryOut(step: JsonValue): StepOutcome {
    const kind = step
      .field('kind')
      .oneOf([
        'info',
        'done',
        'putOp',
        'delInfo',
        'delOp',
        'addSource',
        'removeSource',
        'unlock',
        'removeMeta',
        'restart',
        'close',
        'etcdDown',
        'etcdUp',
      ]);
    if (namesNothing(step)) return NOTHING;
    switch (kind) {
      case 'info':
        return this.#info(step);
      case 'done':
        return this.#done(step);
      case 'putOp':
        return this.#write(step, [{ kind: 'put', key: operationKey(step), value: operationText(step.field('op')) }]);
      case 'delInfo':
        return this.#write(step, [{ kind: 'delete', key: infoKey(step) }]);
      case 'delOp':
        return this.#write(step, [{ kind: 'delete', key: operationKey(step) }]);
      case 'addSource':
      case 'removeSource':
        this.#putTask(
          step.field('task').text(),
          step.field('taskSources').list((source) => source.text()),
        );
        this.coordinator.catchUp();
        return NOTHING;
      case 'unlock':
        return this.#unlock(step);
      case 'removeMeta':
        return this.#refused() ?? this.#removeMeta(step.field('task').text());
      case 'restart':
        this.#isClosed = false;
        this.coordinator.restart({ asDm: true });
        return { ...NOTHING, error: this.#differs() ? ErrorCatalogue.SHARDING_DDLS_DIFFER.dmCode : null };
      case 'close':
        this.#isClosed = true;
        return NOTHING;
      case 'etcdDown':
        this.#storeIsUp = false;
        return NOTHING;
      case 'etcdUp':
        this.#storeIsUp = true;
        return NOTHING;
      default:
        return unreachable(kind);
    }
  }

  /** The task's sources are known to the recorder from elsewhere, so they stay. */
  #removeMeta(task: string): StepOutcome {
    const id = this.#ask({ kind: 'remove-meta', task: parseTaskName(task), sources: [], force: true });
    this.#putTask(task, this.#sources.get(task) ?? []);
    this.coordinator.catchUp();
    return this.#ended(id);
  }

  #info(step: JsonValue): StepOutcome {
    const via = step.field('via').oneOf(['put', 'ifOpNotDone']);
    const ddls = step.field('ddls').nullable((list) => list.list((ddl) => ddl.text()));
    const [task, source, schema, table] = ['task', 'source', 'schema', 'table'].map((name) => step.field(name).text());
    const value = encodePessimisticInfo({
      task: task ?? '',
      source: source ?? '',
      schema: schema ?? '',
      table: table ?? '',
      ddls,
    });
    const stored = this.store.get(operationKey(step));
    if (via === 'ifOpNotDone' && stored !== null && decodePessimisticOperation(stored.value).done)
      return { ...NOTHING, putted: false };
    const written = this.#write(step, [{ kind: 'put', key: infoKey(step), value }]);
    if (step.field('fed').is(false) || this.#isClosed) return written;
    const revision = this.store.get(infoKey(step))?.modRevision ?? 0;
    const conflicts = [...this.coordinator.state.pessimistic.locks.values()].flatMap(({ lock }) => [
      ...lock.conflicts.values(),
    ]);
    const differs = conflicts.some(({ infoRevision }) => infoRevision === revision);
    return differs ? { ...written, error: ErrorCatalogue.SHARDING_DDLS_DIFFER.dmCode } : written;
  }

  /** The worker's acknowledgement: one transaction, only if its info is there. Without `op` it takes what it was told. */
  #done(step: JsonValue): StepOutcome {
    const named = step.field('op').nullable((op) => operationText(op));
    const stored = this.store.get(operationKey(step));
    const told =
      stored === null ? null : encodePessimisticOperation({ ...decodePessimisticOperation(stored.value), done: true });
    const value = named ?? told;
    if (value === null) return NOTHING;
    const mutations: Mutation[] = [
      { kind: 'put', key: operationKey(step), value },
      { kind: 'delete', key: infoKey(step) },
    ];
    return this.#write(step, mutations, [{ kind: 'version', key: infoKey(step), operator: '>', value: 0 }]);
  }

  /** Write as a worker does, and let the coordinator see it if the step says so. */
  #write(step: JsonValue, mutations: readonly Mutation[], compares: readonly Compare[] = []): StepOutcome {
    const lost = this.coordinator.lost.length;
    const { succeeded: putted } = this.store.transact(compares, mutations);
    if (!step.field('fed').is(false)) this.coordinator.catchUp();
    return { ...NOTHING, putted, error: this.coordinator.lost.length > lost ? 'store' : null };
  }

  #unlock(step: JsonValue): StepOutcome {
    const during = step.field('during').list((each) => each);
    const refused = this.#refused() ?? this.#unknownLock(step);
    if (refused !== null) return { ...refused, during: during.map(() => null) };
    const replacement = step.field('replaceOwner').text();
    const id = this.#ask({
      kind: 'unlock-pessimistic',
      lockId: lockIdOf(step),
      ifIncarnation: null,
      owner: replacement === '' ? null : parseSourceId(replacement),
      sources: [],
      forceRemove: step.field('forceRemove').boolean(),
      waitMs: POLLS * POLL_MS + POLL_MS / 2,
    });
    const outcomes = new Map<JsonValue, StepOutcome>();
    const fire = (when: string): void => {
      for (const each of during) if (each.field('when').is(when)) outcomes.set(each, this.#carryOut(each));
    };
    const isCancelled = step.field('cancelled').boolean();
    this.#wait(id, 'waiting-for-owner', 'owner', fire, isCancelled);
    this.#wait(id, 'waiting-for-others', 'nonOwner', fire, isCancelled);
    return { ...this.#ended(id), during: during.map((each) => outcomes.get(each) ?? null) };
  }

  /** Let one of the action's waits pass, with the steps that happen in it. */
  #wait(id: string, phase: string, when: string, fire: (when: string) => void, isCancelled: boolean): void {
    const isWaiting = (): boolean => this.coordinator.state.actions.get(id)?.progress?.kind === phase;
    if (!isWaiting()) return;
    fire(when);
    for (let poll = 1; poll <= POLLS && isWaiting(); poll += 1) {
      this.coordinator.elapse(POLL_MS);
      if (!isCancelled && isWaiting()) fire(`${when}Retry:${poll}`);
    }
    if (isWaiting()) this.coordinator.elapse(POLL_MS);
  }

  /** Why no action can be asked for; null: it can. */
  #refused(): StepOutcome | null {
    if (this.#isClosed) return { ...NOTHING, error: NOT_STARTED };
    return this.#storeIsUp ? null : { ...NOTHING, error: 'store' };
  }

  #unknownLock(step: JsonValue): StepOutcome | null {
    try {
      lockIdOf(step);
      return null;
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      return { ...NOTHING, error: ErrorCatalogue.LOCK_NOT_FOUND.dmCode };
    }
  }

  #ask(input: ActionInput): string {
    this.#actions += 1;
    const id = `action-${this.#actions}`;
    const { nowMs } = this.coordinator;
    const record: ActionRecord = {
      id,
      input,
      actor: 'conformance',
      reason: '',
      state: 'asked',
      askedAtMs: nowMs,
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

  #ended(id: string): StepOutcome {
    const action = this.coordinator.state.actions.get(id) ?? null;
    const code = action?.result?.failure?.code;
    if (action?.result == null) return { ...NOTHING, action, error: 'store' };
    return { ...NOTHING, action, error: code === undefined ? null : ErrorCatalogue[code].dmCode };
  }

  #differs(): boolean {
    return [...this.coordinator.state.pessimistic.locks.values()].some(({ lock }) => lock.conflicts.size > 0);
  }

  #putTask(name: string, sources: readonly string[]): void {
    this.#sources.set(name, sources);
    const task = parseTaskName(name);
    const record = {
      task,
      mode: 'pessimistic',
      sources: sources.map(parseSourceId),
      declared: true,
      expected: null,
      dissent: [],
      excluded: [],
    } as const;
    this.store.put(formatLockstepKey({ kind: 'task', task }), writeTaskRecord(record));
  }
}

/** DM's code for a coordinator that isn't started; here nobody would answer. */
const NOT_STARTED = 38046;

/** Whether a step's name is empty: no worker can send it (deviation P15). */
export function namesNothing(step: JsonValue): boolean {
  return ['task', 'source', 'schema', 'table'].some((name) => step.field(name).is(''));
}

function lockIdOf(step: JsonValue): LockId {
  const text = step.field('id').text();
  const { task, target } = parseLockId(text);
  return formatLockId(task, target);
}

function operationText(op: JsonValue): string {
  const operation: DmPessimisticOperation = {
    id: op.field('id').text(),
    task: op.field('task').text(),
    source: op.field('source').text(),
    ddls: op.field('ddls').nullable((list) => list.list((ddl) => ddl.text())),
    exec: op.field('exec').boolean(),
    done: op.field('done').boolean(),
  };
  return encodePessimisticOperation(operation);
}

function infoKey(step: JsonValue): string {
  return formatDmKey({ kind: 'pessimistic-info', ...ofSource(step) });
}

function operationKey(step: JsonValue): string {
  return formatDmKey({ kind: 'pessimistic-operation', ...ofSource(step) });
}

function ofSource(step: JsonValue): {
  task: ReturnType<typeof parseTaskName>;
  source: ReturnType<typeof parseSourceId>;
} {
  return { task: parseTaskName(step.field('task').text()), source: parseSourceId(step.field('source').text()) };
}

function bySource<T extends { readonly task: string; readonly source: string }>(values: readonly T[]): Map<string, T> {
  return new Map(values.map((value) => [sourceName(value.task, value.source), value]));
}
