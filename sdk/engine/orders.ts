import { LockstepError } from '../../src/core/model/error';
import type { UpstreamTableName } from '../plugin';
import type { EngineContext } from './context';
import { compareRevisions, laterRevision } from './operation';
import type { Operation, RevisionText } from './operation';
import { isAcknowledged } from './order';
import type { HeldShard, Order, OrderPhase } from './order';
import type { OrderSubject } from './progress';
import { keyOfTable, schemaText } from './shard';
import type { Shard } from './shard';

/** How shards go on that an order held. */
export interface OrderListener {
  /** The order has ended, and its shards stand behind their DDL. */
  passed(order: Order): void;
  /** The order has ended, and its shards go back before their DDL. */
  redirected(order: Order): void;
}

/** The orders of a source, each on its way from the report to the acknowledgement; the same for both modes. */
export class Orders {
  readonly #orders = new Map<string, Order>();
  /** The orders in those phases that are looked for. */
  readonly #inPhase = new Map<OrderPhase['kind'], Set<Order>>([
    ['settling', new Set()],
    ['flushing', new Set()],
    ['storing', new Set()],
    ['paused', new Set()],
  ]);
  /** The last operation that was acknowledged, for each table or the source. */
  readonly #acknowledged = new Map<string, RevisionText>();
  /** Shards of which the stored checkpoint says that an operation was carried out. */
  #named = new Set<Shard>();
  /** The checkpoint that is being stored: who waits for it, and of which shards it says so. */
  #cut: { readonly storing: readonly Order[]; readonly named: Set<Shard> } | null = null;
  /** The greatest revision that was ever seen. */
  #seen: RevisionText = '0';

  constructor(
    private readonly context: EngineContext,
    private readonly listener: OrderListener,
  ) {}

  get all(): Iterable<Order> {
    return this.#orders.values();
  }

  get(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  /** Whether an order waits for a checkpoint: one that says that it is carried out, or that the one before it has ended. */
  get wantsStore(): boolean {
    return this.#count('storing') > 0 || this.#count('settling') > 0;
  }

  /** Whether conflicts stop the reading of the source (strict mode). */
  get stopsReading(): boolean {
    return this.context.options.strict && this.#count('paused') > 0;
  }

  /** An order that isn't reported yet. */
  open(held: readonly HeldShard[]): Order {
    const [first] = held;
    if (first === undefined) throw new LockstepError('INTERNAL', 'an order holds a shard');
    const { shard, alteration } = first;
    const id = `order-${this.context.nextNumber()}`;
    const order: Order = {
      id,
      table: this.context.options.mode === 'PESSIMISTIC' ? null : shard.table,
      target: shard.target,
      ddls: alteration.ddls,
      held,
      attempt: `${this.context.options.run}-${this.context.nextNumber()}`,
      phase: { kind: 'queued' },
      lockId: null,
      after: '0',
      newest: null,
      carriedOut: null,
    };
    this.#orders.set(id, order);
    return order;
  }

  /**
   * Tell the coordinator, as soon as a stored checkpoint stands behind all that came before: behind the rows, because others
   * may take their columns away from then on; and without an earlier DDL of these shards that is to be acknowledged, because
   * a restart would take the answer to this report for a newer one to that.
   */
  report(order: Order): void {
    if (order.held.every(({ shard }) => this.#isSettled(shard))) this.#send(order);
    else this.#enter(order, { kind: 'settling' });
  }

  #isSettled(shard: Shard): boolean {
    const isNamed = this.#named.has(shard) || this.#cut?.named.has(shard) === true;
    return !isNamed && shard.lastRows <= this.context.outgoing.stored;
  }

  #send(order: Order): void {
    const [first] = order.held;
    if (first === undefined) return;
    this.#enter(order, { kind: 'reporting' });
    this.context.emit({ kind: 'status-changed' });
    this.context.emit({
      kind: 'report',
      order: order.id,
      table: order.table,
      target: order.target,
      ddls: order.ddls,
      createTableBefore: schemaText(first.shard.schema, order.target),
      attempt: order.attempt,
      collation: first.alteration.step?.characterSet?.collation ?? null,
    });
  }

  /** An order that an earlier run carried out, and may not have acknowledged. */
  resume(held: readonly HeldShard[], revision: RevisionText): Order {
    const order = this.open(held);
    order.carriedOut = revision;
    order.after = revision;
    this.#see(revision);
    for (const { shard } of held) this.#named.add(shard);
    return order;
  }

  /** An order that wasn't reported, and takes whatever operation comes. */
  adopt(held: readonly HeldShard[]): Order {
    const order = this.open(held);
    this.#enter(order, { kind: 'waiting' });
    return order;
  }

  /** Whether an operation is the one that was acknowledged last for its table, or source. */
  wasAcknowledged(table: UpstreamTableName | null, revision: RevisionText): boolean {
    return this.#acknowledged.get(keyOf(table)) === revision;
  }

  /** Acknowledge what an earlier run carried out. */
  acknowledgeResumed(): void {
    for (const order of this.#orders.values()) {
      if (order.carriedOut === null) continue;
      const { id, table, carriedOut } = order;
      this.#enter(order, { kind: 'acknowledging', operation: resumedOperation(order, carriedOut) });
      this.context.emit({ kind: 'acknowledge', order: id, table, revision: carriedOut });
    }
  }

  reported(id: string, lockId: string, revision: RevisionText): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'reporting') return;
    order.lockId = lockId;
    order.after = revision;
    this.#enter(order, { kind: 'waiting' });
    this.#see(revision);
    this.context.tell({ kind: 'reported', lockId, revision, ...subjectOf(order) });
    this.context.emit({ kind: 'status-changed' });
    this.#takeNewest(order);
  }

  /** Nothing was stored: the shard waits for a person, or until the source isn't excluded any more. */
  reportRefused(id: string, error: LockstepError): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'reporting') return;
    order.after = this.#seen;
    this.#pause(order, error);
  }

  /** Ask again where the answer may be another now. */
  retryRefused(): void {
    for (const order of [...(this.#inPhase.get('paused') ?? [])])
      if (order.phase.kind === 'paused' && order.phase.error.code === 'SOURCE_EXCLUDED') this.report(order);
  }

  /** An operation for an order; before its turn it is kept. */
  operate(order: Order, operation: Operation): void {
    this.#see(operation.revision);
    if (order.newest === null || compareRevisions(order.newest.revision, operation.revision) < 0)
      order.newest = operation;
    this.#takeNewest(order);
  }

  executed(id: string): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'executing') return;
    const { operation } = order.phase;
    this.context.tell({ kind: 'executed', revision: operation.revision, ...subjectOf(order) });
    if (isAcknowledged(operation)) this.#carriedOut(order, operation);
    else this.#wait(order, operation);
  }

  /** The downstream can't: the coordinator and people are told, and a newer operation goes on. */
  executionFailed(id: string, error: LockstepError): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'executing') return;
    const { revision } = order.phase.operation;
    this.context.emit({ kind: 'fail', table: order.table, revision, reason: error.message });
    this.#pause(order, error);
    this.#takeNewest(order);
  }

  acknowledged(id: string, outcome: string): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'acknowledging') return;
    const { revision } = order.phase.operation;
    this.#acknowledged.set(keyOf(order.table), revision);
    this.context.tell({ kind: 'acknowledged', revision, outcome, ...subjectOf(order) });
    this.#end(order);
    this.listener.passed(order);
  }

  /** A newer operation has come instead: what was carried out counts for nothing. */
  superseded(id: string, operation: Operation): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind !== 'acknowledging') return;
    order.carriedOut = null;
    this.context.isDirty = true;
    this.#enter(order, { kind: 'waiting' });
    this.operate(order, operation);
  }

  acknowledgeRefused(id: string, error: LockstepError): void {
    const order = this.#orders.get(id);
    if (order?.phase.kind === 'acknowledging') this.#pause(order, error);
  }

  /** Rows have been applied, perhaps all that came before an order's DDLs. */
  applied(): void {
    const { outgoing } = this.context;
    for (const order of [...(this.#inPhase.get('flushing') ?? [])])
      if (order.phase.kind === 'flushing' && order.phase.accepted <= outgoing.applied)
        this.#execute(order, order.phase.operation);
  }

  /** A checkpoint of this moment is being stored. */
  storing(): void {
    const carriedOut = [...this.#orders.values()].filter((order) => order.carriedOut !== null);
    const named = new Set(carriedOut.flatMap(({ held }) => held.map(({ shard }) => shard)));
    this.#cut = { storing: [...(this.#inPhase.get('storing') ?? [])], named };
  }

  /** The checkpoint is stored, if one was being stored: acknowledge what it says, report what has waited for it. */
  stored(): void {
    if (this.#cut === null) return;
    const { storing, named } = this.#cut;
    this.#named = named;
    this.#cut = null;
    for (const order of storing) {
      if (order.phase.kind !== 'storing') continue;
      const { operation } = order.phase;
      this.#enter(order, { kind: 'acknowledging', operation });
      this.context.emit({ kind: 'acknowledge', order: order.id, table: order.table, revision: operation.revision });
    }
    for (const order of [...(this.#inPhase.get('settling') ?? [])]) this.report(order);
  }

  #takeNewest(order: Order): void {
    const { newest, phase } = order;
    if (newest === null || (phase.kind !== 'waiting' && phase.kind !== 'paused')) return;
    order.newest = null;
    if (compareRevisions(newest.revision, order.after) > 0) this.#take(order, newest);
  }

  #take(order: Order, operation: Operation): void {
    const { lockId, revision, conflictStage: stage, exec, message } = operation;
    order.after = revision;
    order.lockId = lockId;
    const told = { lockId, revision, stage, exec, message, executes: operation.ddls };
    this.context.tell({ kind: 'operation-taken', ...told, ...subjectOf(order) });
    this.context.emit({ kind: 'status-changed' });
    if (stage === 'RESOLVED') {
      this.context.tell({ kind: 'redirected', revision, ...subjectOf(order) });
      this.#end(order);
      this.listener.redirected(order);
    } else if (stage === 'DETECTED' || stage === 'ERROR' || operation.exec === false || operation.ddls.length === 0) {
      this.#settle(order, operation);
    } else {
      const { accepted, applied } = this.context.outgoing;
      this.#enter(order, { kind: 'flushing', operation, accepted });
      if (accepted <= applied) this.#execute(order, operation);
    }
  }

  /** What follows when there is nothing (more) to execute. */
  #settle(order: Order, operation: Operation): void {
    if (isAcknowledged(operation)) this.#carriedOut(order, operation);
    else this.#wait(order, operation);
  }

  #wait(order: Order, { conflictStage, message }: Operation): void {
    const { strict } = this.context.options;
    if (conflictStage === 'ERROR' || strict) this.#pause(order, conflictError(conflictStage, message, order));
    else this.#enter(order, { kind: 'waiting' });
    this.#takeNewest(order);
  }

  #execute(order: Order, operation: Operation): void {
    this.#enter(order, { kind: 'executing', operation });
    const { task, source } = this.context.options;
    const { ddls, revision } = operation;
    const key = `${task}/${source}@${revision}`;
    const { id, table, target } = order;
    this.context.emit({ kind: 'execute', execution: { id, ddls, key, revision, table, target } });
  }

  #carriedOut(order: Order, operation: Operation): void {
    this.#enter(order, { kind: 'storing', operation });
    order.carriedOut = operation.revision;
    this.context.isDirty = true;
  }

  #pause(order: Order, error: LockstepError): void {
    this.#enter(order, { kind: 'paused', error });
    order.carriedOut = null;
    this.context.isDirty = true;
    this.context.tell({ kind: 'paused', error, ...subjectOf(order) });
    this.context.emit({ kind: 'status-changed' });
  }

  #end(order: Order): void {
    this.#orders.delete(order.id);
    this.#inPhase.get(order.phase.kind)?.delete(order);
    this.context.isDirty = true;
    this.context.emit({ kind: 'status-changed' });
  }

  #enter(order: Order, phase: OrderPhase): void {
    this.#inPhase.get(order.phase.kind)?.delete(order);
    order.phase = phase;
    this.#inPhase.get(phase.kind)?.add(order);
  }

  #count(kind: OrderPhase['kind']): number {
    return this.#inPhase.get(kind)?.size ?? 0;
  }

  #see(revision: RevisionText): void {
    this.#seen = laterRevision(this.#seen, revision);
  }
}

function keyOf(table: UpstreamTableName | null): string {
  return table === null ? '' : keyOfTable(table);
}

function subjectOf({ table, target, ddls }: Order): OrderSubject {
  return { table, target, ddls };
}

function resumedOperation({ ddls, table }: Order, revision: RevisionText): Operation {
  return { lockId: '', upstreamTable: table, ddls, exec: null, conflictStage: null, message: '', revision };
}

function conflictError(stage: Operation['conflictStage'], message: string, { table, target }: Order): LockstepError {
  const code = stage === 'SKIP_WAIT_REDIRECT' ? 'SKIP_AND_WAIT_FOR_REDIRECT' : 'CONFLICT_DETECTED';
  return new LockstepError(code, message, {
    table: table === null ? null : `${table.schema}.${table.table}`,
    target: `${target.schema}.${target.table}`,
  });
}
