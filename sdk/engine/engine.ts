import { LockstepError } from '../../src/core/model/error';
import { unreachable } from '../../src/core/model/invariant';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseTaskName } from '../../src/core/model/names';
import type { Position } from '../plugin';
import type { Blocking, Coordination } from './coordination';
import { EngineContext } from './context';
import type { EngineOptions } from './context';
import type { Effect, EngineEvent } from './effects';
import { Intake } from './intake';
import { LocalWork } from './local-work';
import type { Operation } from './operation';
import { OptimisticCoordination } from './optimistic';
import { isAcknowledged } from './order';
import type { Order } from './order';
import { Orders } from './orders';
import { PessimisticCoordination } from './pessimistic';
import type { EngineStart, SourceTable } from './engine-start';
import { restoreShards } from './restore';
import { schemaText } from './shard';
import { startOf, writeCheckpoint } from './snapshot';
import { positionText } from './status';
import type { WorkerStatus } from './status';
import { Timeline } from './timeline';

/**
 * A worker without I/O: events in, effects out, synchronous and deterministic. The shell carries effects out and tells
 * what came of them; nothing here waits.
 */
export class WorkerEngine {
  readonly #context: EngineContext;
  readonly #local: LocalWork;
  readonly #intake: Intake;
  readonly #orders: Orders;
  readonly #coordination: Coordination;
  #isStarted = false;
  #isCheckpointDue = false;
  #isStopping = false;
  #toldCaughtUp = false;

  /** @throws LockstepError of tables and checkpoints that can't be read; ROUTES_DISAGREE */
  constructor(options: EngineOptions, start: EngineStart) {
    const isBefore = (a: Position | null, b: Position | null): boolean =>
      b !== null && (a === null || options.compare(a, b) < 0);
    const head = start.kind === 'checkpoint' ? start.checkpoint.position : null;
    const cursor = start.kind === 'checkpoint' ? startOf(start.checkpoint, isBefore) : null;
    this.#context = new EngineContext(options, new Timeline(options.compare, { cursor, head }));
    this.#local = new LocalWork(this.#context);
    this.#orders = new Orders(this.#context, {
      passed: (order) => this.#release(order, true),
      redirected: (order) => this.#release(order, false),
    });
    const parts = { context: this.#context, orders: this.#orders };
    this.#coordination =
      options.mode === 'PESSIMISTIC' ? new PessimisticCoordination(parts) : new OptimisticCoordination(this.#orders);
    this.#intake = new Intake(this.#context, this.#local, this.#coordination);
    for (const { held, revision } of restoreShards(this.#context, start)) this.#coordination.resumed(held, revision);
  }

  /** Where the first `read` begins. */
  get startPosition(): Position | null {
    return this.#context.timeline.cursor;
  }

  /** Whether the next event of the stream may be taken in now. */
  get isReadable(): boolean {
    const { outgoing, options } = this.#context;
    return (
      this.#isStarted &&
      !this.#isStopping &&
      !this.#context.isStopped &&
      !this.#orders.stopsReading &&
      outgoing.pendingRows < options.limits.pendingRows
    );
  }

  /** Whether nothing is being applied or stored. */
  get isFlushed(): boolean {
    return !this.#context.outgoing.isFlushing;
  }

  /** Whether something is being executed, stored or acknowledged that a stop should wait for. */
  get isBusy(): boolean {
    if (!this.isFlushed || !this.#local.isFinished) return true;
    for (const { phase } of this.#orders.all)
      if (['flushing', 'executing', 'storing', 'acknowledging'].includes(phase.kind)) return true;
    return false;
  }

  /** The tables of the source as they stand, for `putShardSourceTables`; what was carried out counts. */
  sourceTables(): readonly SourceTable[] {
    const after = new Map(
      [...this.#orders.all].flatMap((order) =>
        order.carriedOut === null ? [] : order.held.map(({ shard, alteration }) => [shard, alteration.after] as const),
      ),
    );
    return [...this.#context.shards.all].map((shard) => ({
      table: shard.table,
      target: shard.target,
      createTable: schemaText(after.get(shard) ?? shard.schema, shard.target),
    }));
  }

  /** What people are shown. */
  get status(): WorkerStatus {
    const { timeline, options } = this.#context;
    const waiting = [...this.#orders.all].filter(({ phase }) => phase.kind !== 'queued');
    const paused = waiting.find(({ phase }) => phase.kind === 'paused') ?? this.#coordination.mismatch();
    const blocking = paused ?? waiting[0];
    const stage = paused !== null ? 'paused' : blocking !== undefined ? 'waiting' : 'running';
    return {
      stage: this.#isStopping ? 'stopping' : stage,
      error: waiting.map(({ phase }) => (phase.kind === 'paused' ? phase.error.message : null)).find(Boolean) ?? null,
      position: timeline.head === null ? null : positionText(timeline.head),
      blockingDdls: blocking?.ddls ?? [],
      blockingLockId: blocking === undefined ? null : lockIdOf(options.task, blocking),
      formingGroups: this.#coordination.formingGroups(),
    };
  }

  /** Take one event in, and say what has to be done. */
  take(event: EngineEvent): readonly Effect[] {
    try {
      this.#handle(event);
      if (!this.#context.isStopped) this.#intake.considerSeek();
      this.#flush();
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      this.#context.stop(this.#place(error, event));
    }
    return this.#context.takeEffects();
  }

  #handle(event: EngineEvent): void {
    switch (event.kind) {
      case 'started':
        this.#isStarted = true;
        this.#orders.acknowledgeResumed();
        return this.#intake.started();
      case 'read':
        if (event.event.kind !== 'idle') this.#toldCaughtUp = false;
        return this.#intake.read(event.event);
      case 'operation':
        return this.#operate(event.operation);
      case 'reported':
        return this.#orders.reported(event.order, event.lockId, event.revision);
      case 'report-refused':
        return this.#orders.reportRefused(event.order, event.error);
      case 'executed':
        if (!this.#local.executed(event.id)) this.#orders.executed(event.id);
        return;
      case 'execution-failed':
        if (this.#local.owns(event.id)) throw event.error;
        return this.#orders.executionFailed(event.id, event.error);
      case 'acknowledged':
        return this.#orders.acknowledged(event.order, event.outcome);
      case 'superseded':
        return this.#orders.superseded(event.order, event.operation);
      case 'acknowledge-refused':
        return this.#orders.acknowledgeRefused(event.order, event.error);
      case 'flushed':
        return this.#flushed();
      default:
        return this.#handleRest(event);
    }
  }

  #handleRest(
    event: Extract<EngineEvent, { kind: 'table-added' | 'table-removed' | 'looked-up' | 'tick' | 'stopping' }>,
  ): void {
    switch (event.kind) {
      case 'table-added':
        return this.#intake.added(event.key);
      case 'table-removed':
        return this.#intake.removed(event.key);
      case 'looked-up':
        return this.#intake.lookedUp(event.key, event.createTable);
      case 'tick':
        this.#isCheckpointDue = true;
        return this.#orders.retryRefused();
      case 'stopping':
        this.#isStopping = true;
        this.#isCheckpointDue = true;
        this.#context.emit({ kind: 'status-changed' });
        return;
      default:
        unreachable(event);
    }
  }

  #operate(operation: Operation): void {
    const order = this.#coordination.orderOf(operation);
    if (order !== null) this.#orders.operate(order, operation);
    else if (isAcknowledged(operation)) this.#acknowledgeAgain(operation);
  }

  /** Nothing waits for it. If it is what was acknowledged last, the acknowledgement got lost; otherwise it is of before. */
  #acknowledgeAgain({ upstreamTable: table, revision }: Operation): void {
    if (this.#orders.wasAcknowledged(table, revision))
      this.#context.emit({ kind: 'acknowledge-again', table, revision });
  }

  #release(order: Order, isPassed: boolean): void {
    this.#coordination.ended(order);
    if (isPassed) this.#intake.passed(order.held);
    else for (const { shard, alteration } of order.held) this.#intake.redirected(shard, alteration);
  }

  #flushed(): void {
    this.#context.outgoing.end();
    this.#intake.stored();
    this.#orders.stored();
    this.#orders.applied();
  }

  /** Send what waits, unless something is on its way; with a checkpoint if somebody waits for it or it is time. */
  #flush(): void {
    const { outgoing } = this.#context;
    if (outgoing.isFlushing || !this.#isStarted) return;
    const isTogether = this.#context.options.storesWithRows && !outgoing.isEmpty;
    // Rows never run ahead of the place that is stored with them, so none of them comes twice.
    if (isTogether && !this.#local.isFinished) return;
    const isStored = this.#local.isFinished && (isTogether || this.#wantsCheckpoint());
    if (outgoing.isEmpty && !isStored) {
      this.#tellCaughtUp();
      return;
    }
    const checkpoint = isStored ? writeCheckpoint(this.#context, this.#orders.all) : null;
    if (isStored) {
      this.#orders.storing();
      this.#context.isDirty = false;
      this.#isCheckpointDue = false;
    }
    this.#context.emit({ kind: 'flush', changes: outgoing.begin(isStored), checkpoint });
  }

  #wantsCheckpoint(): boolean {
    if (this.#orders.wantsStore || this.#intake.wantsStore) return true;
    const isAtRest = this.#intake.idleAt !== null && this.#context.shards.behind.size === 0;
    return this.#context.isDirty && (this.#isCheckpointDue || isAtRest);
  }

  #tellCaughtUp(): void {
    const position = this.#intake.idleAt;
    const { shards, timeline } = this.#context;
    if (position === null || this.#toldCaughtUp || shards.behind.size > 0 || !timeline.isAtHead) return;
    this.#toldCaughtUp = true;
    this.#context.tell({ kind: 'caught-up', position });
  }

  /** An error, with the place in the stream that it is of. */
  #place(error: LockstepError, event: EngineEvent): LockstepError {
    if (event.kind !== 'read') return error;
    const ddl = event.event.kind === 'ddl' ? { ddl: event.event.sql.slice(0, SHOWN_CHARACTERS) } : {};
    const { source } = this.#context.options;
    const place = { source, position: positionText(event.event.position), ...ddl };
    return new LockstepError(error.code, `${error.message} (source ${source}, position ${place.position})`, {
      ...error.fields,
      ...place,
    });
  }
}

function lockIdOf(task: string, { lockId, target }: Blocking): string {
  return lockId ?? formatLockId(parseTaskName(task), target);
}

/** How much of a statement an error shows. */
const SHOWN_CHARACTERS = 500;
