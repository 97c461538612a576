import { createHash, randomUUID } from 'node:crypto';
import type { CharacterSet } from '../core/ddl/tracker';
import { mutationOf } from '../core/model/action';
import type { ActionRecord } from '../core/model/action';
import { LockstepError } from '../core/model/error';
import type { SourceId, TaskName } from '../core/model/names';
import { failure, success } from '../core/model/result';
import type { Revision } from '../core/model/revision';
import type { LeaseId } from '../core/model/store';
import { VERSION } from '../core/model/version';
import { planAcknowledge, planExtendOperation, planFailOperation } from '../core/request/acknowledge';
import { dryRunAction, planAskAction } from '../core/request/ask-action';
import type { ActionDemand } from '../core/request/ask-action';
import { planLeave, planLeaveForGood } from '../core/request/leave';
import { listPendingOperations } from '../core/request/operation-view';
import { planReportInfo, planReportSourceInfo } from '../core/request/report';
import type { RequestPlan } from '../core/request/request-plan';
import { checkSession, planRegister } from '../core/request/session';
import { planAddSourceTable, planPutSourceTables, planRemoveSourceTable } from '../core/request/source-tables';
import { planReportStatus } from '../core/request/status';
import { EMBEDDED_RETENTION, ETCD_RETENTION } from '../core/state/retention';
import type { CoordinatorState } from '../core/state/coordinator-state';
import { describeMutations } from '../core/request/describe-write';
import { charsetOf } from '../core/table/collation';
import type { ServerReading } from '../ports/metrics';
import type { Store } from '../ports/store';
import { execute } from './execute';
import { Lanes } from './lanes';
import { dmLeadsError, lookForDm } from './leader-watch';
import { readServer } from './read-server';
import type {
  Acknowledgement,
  ActionAnswer,
  ActionName,
  ActionRequest,
  CoordinatorService,
  FailOperationInput,
  LockEventSource,
  OperationView,
  Outcome,
  RegisteredTable,
  RegisterWorkerInput,
  ReportedInfo,
  ReportInfoInput,
  ServerIdentity,
  SessionGrant,
  SessionRef,
  SourceInfoReport,
  WorkerStatusInput,
} from './service';
import { CoordinatorShell } from './shell';
import type { ShellOptions } from './shell-options';

/** How long an action may be waited for, in milliseconds. */
const LONGEST_WAIT_MS = 20_000;

/** What a coordinator with its requests needs. */
export interface CoordinatorOptions extends ShellOptions {
  /** What kind the store is of, for who asks; in memory if absent. */
  readonly storeKind?: ServerIdentity['storeKind'];
}

/** A coordinator with everything that requests can do to it. */
export class Coordinator implements CoordinatorService {
  readonly #store: Store;
  readonly #registrations: Lanes;

  private constructor(
    private readonly shell: CoordinatorShell,
    private readonly options: CoordinatorOptions,
    readonly server: ServerIdentity,
  ) {
    this.#store = options.store;
    this.#registrations = new Lanes(options.clock);
  }

  /**
   * Read what is stored, and lead, or follow who leads.
   * @throws LockstepError STORE_UNAVAILABLE; DM_LEADS while a dm-master leads on this store
   */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const storeKind = options.storeKind ?? 'memory';
    const server: ServerIdentity = { id: randomUUID(), version: VERSION, storeKind, role: 'coordinating' };
    const retention = server.storeKind === 'etcd' ? ETCD_RETENTION : EMBEDDED_RETENTION;
    const shell = await CoordinatorShell.start({ retention, ...options, serverId: server.id });
    return new Coordinator(shell, options, server);
  }

  get state(): CoordinatorState {
    return this.shell.state;
  }

  get events(): LockEventSource {
    return this.shell.events;
  }

  /** What the coordinator is doing. */
  get phase(): CoordinatorShell['phase'] {
    return this.shell.phase;
  }

  get usage(): CoordinatorShell['usage'] {
    return this.shell.usage;
  }

  readiness(): ReturnType<CoordinatorShell['readiness']> {
    return this.shell.readiness();
  }

  /** What is true now, for metrics. */
  async read(): Promise<ServerReading> {
    return await readServer({ ...this.options, shell: this.shell, server: this.server });
  }

  /** Answer the requests that wait for the end of an action: it is pending, and any server goes on with it. */
  endWaits(): void {
    this.shell.endWaits();
  }

  /** Finish what is under way. The store stays open. */
  async stop(): Promise<void> {
    await this.shell.stop();
  }

  /** Sources of one task that register at once change one record: they go one after another. */
  async registerWorker(input: RegisterWorkerInput): Outcome<SessionGrant> {
    return await this.#registrations.run(input.task, () => this.#register(input));
  }

  async #register(input: RegisterWorkerInput): Outcome<SessionGrant> {
    const { task, source, worker } = input;
    const { dmLeads, revision } = await lookForDm(this.#store);
    if (dmLeads) return failure(dmLeadsError());
    // What another server has written counts for a session that is handed out again too, which nothing is written for.
    await this.#see(revision);
    const lease = await this.#store.grant(input.ttlMs);
    const sessionId = randomUUID();
    const { id, ttlMs } = lease;
    const registered = await this.#execute((state) =>
      planRegister(state, { version: null, ...input, sessionId, lease: id, ttlMs, nowMs: this.nowMs() }),
    );
    const isNew = registered.ok && registered.value.sessionId === sessionId;
    if (!isNew) await this.#store.revoke(id);
    if (!registered.ok) return registered;
    const { lease: held, ...session } = registered.value;
    // A session that is handed out again must live from now on; if it has ended meanwhile, another one begins.
    if (!isNew && !(await this.#renew(held))) return await this.#register(input);
    return success({ task, source, worker, ...session });
  }

  async renewWorker(session: SessionRef): Outcome<SessionGrant> {
    await this.#see(session.epoch);
    const checked = checkSession(this.state, session);
    if (checked.kind === 'refuse') return failure(checked.error);
    const { record } = checked.session;
    if (!(await this.#renew(record.lease))) {
      const { task, source, sessionId } = session;
      const fields = { task, source, takenOver: false };
      return failure(new LockstepError('STALE_SESSION', `the lease of session ${sessionId} has ended`, fields));
    }
    return success({ ...session, worker: record.worker, ttlMs: record.ttlMs });
  }

  /** Whether a lease was still there to be renewed. */
  async #renew(lease: LeaseId): Promise<boolean> {
    try {
      await this.#store.keepAlive(lease);
      return true;
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'LEASE_ENDED') return false;
      throw error;
    }
  }

  async leaveWorker(session: SessionRef, forGood: boolean): Outcome<null> {
    // What the worker was told by another server counts as well.
    if (forGood) await this.#see(await this.#store.revision());
    const left = await this.#executeFor(session, (state) =>
      forGood ? planLeaveForGood(state, session, this.nowMs()) : planLeave(state, session),
    );
    if (!left.ok) return left;
    const { lease, removal } = left.value;
    if (lease !== null) await this.#store.revoke(lease);
    return removal === null ? success(null) : await this.#removed(removal);
  }

  /** How the removal ended of what is stored of a source that left for good. */
  async #removed(id: string): Outcome<null> {
    const action = await this.#untilEnded(id);
    if (action?.endedAtMs == null)
      return failure(
        new LockstepError('CONTENTION', `action ${id} still removes what is stored of the source`, { id }),
      );
    const failed = action.result?.failure ?? null;
    // Where nothing is known of the source any more, a person has removed it before.
    const isGone = failed?.code === 'TASK_NOT_FOUND' || failed?.code === 'SOURCE_NOT_FOUND';
    return failed === null || isGone
      ? success(null)
      : failure(new LockstepError(failed.code, failed.message, failed.fields));
  }

  async putSourceTables(
    session: SessionRef,
    tables: readonly RegisteredTable[],
    defaultCollation: string | null,
    after: Revision | null = null,
  ): Outcome<Revision> {
    const options = { defaults: characterSetOf(defaultCollation), after };
    return await this.#executeFor(session, (state) => planPutSourceTables(state, session, tables, options));
  }

  async addSourceTable(
    session: SessionRef,
    table: RegisteredTable,
    defaultCollation: string | null,
    after: Revision | null = null,
  ): Outcome<Revision> {
    const options = { defaults: characterSetOf(defaultCollation), after };
    return await this.#executeFor(session, (state) => planAddSourceTable(state, session, table, options));
  }

  async removeSourceTable(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string },
    after: Revision | null = null,
  ): Outcome<Revision> {
    return await this.#executeFor(session, (state) => planRemoveSourceTable(state, session, table, { after }));
  }

  async reportInfo(session: SessionRef, { defaultCollation, ...report }: ReportInfoInput): Outcome<ReportedInfo> {
    return await this.#executeFor(session, (state) =>
      planReportInfo(state, session, report, this.nowMs(), characterSetOf(defaultCollation)),
    );
  }

  async reportSourceInfo(session: SessionRef, report: SourceInfoReport): Outcome<ReportedInfo> {
    return await this.#executeFor(session, (state) => planReportSourceInfo(state, session, report, this.nowMs()));
  }

  async acknowledgeOperation(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string } | null,
    revision: Revision,
  ): Outcome<Acknowledgement> {
    await this.#see(revision);
    return await this.#executeFor(session, (state) => planAcknowledge(state, session, { table, revision }));
  }

  async failOperation(session: SessionRef, input: FailOperationInput): Outcome<null> {
    await this.#see(input.revision);
    return await this.#executeFor(session, (state) => planFailOperation(state, session, input, this.nowMs()));
  }

  async extendOperation(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string } | null,
    revision: Revision,
  ): Outcome<null> {
    await this.#see(revision);
    return await this.#executeFor(session, (state) =>
      planExtendOperation(state, session, { table, revision }, this.nowMs()),
    );
  }

  async reportStatus(session: SessionRef, status: WorkerStatusInput): Outcome<null> {
    const reported = await this.#executeFor(session, (state) =>
      planReportStatus(state, session, { ...status, atMs: this.nowMs() }),
    );
    return reported.ok ? success(null) : reported;
  }

  pendingOperations(task: TaskName, source: SourceId): readonly OperationView[] {
    return listPendingOperations(this.state, task, source);
  }

  operations(task: TaskName, source: SourceId, after: Revision, signal: AbortSignal): AsyncIterable<OperationView> {
    return this.shell.operations.subscribe(() => this.state, task, source, after, signal);
  }

  storedAction(request: ActionName): ActionRecord | null {
    return request.idempotencyKey === null ? null : (this.state.actions.get(actionId(request)) ?? null);
  }

  async act(request: ActionRequest): Outcome<ActionAnswer> {
    const { input, actor, reason, dryRun } = request;
    const demand: ActionDemand = {
      id: actionId({ ...request, mutation: mutationOf(input) }),
      input,
      actor,
      reason,
      nowMs: this.nowMs(),
    };
    if (dryRun) return success(this.#rehearse(demand));
    const asked = await this.#execute((state) => planAskAction(state, demand));
    if (!asked.ok) return asked;
    const action = (await this.#untilEnded(demand.id, Math.min(request.waitMs, LONGEST_WAIT_MS))) ?? asked.value.record;
    return success({
      action,
      pending: action.endedAtMs === null,
      dryRun: false,
      changes: action.result?.changes ?? [],
      plan: [],
      schemas: [],
      repeated: asked.value.repeated,
    });
  }

  /** The action when it has ended, or as it is when that takes too long. */
  async #untilEnded(id: string, timeoutMs = LONGEST_WAIT_MS): Promise<ActionRecord | undefined> {
    await this.shell.until(() => this.state.actions.get(id)?.endedAtMs != null, timeoutMs);
    return this.state.actions.get(id);
  }

  /** What the action's first step would write. */
  #rehearse(demand: ActionDemand): ActionAnswer {
    const { record, plan, schemas } = dryRunAction(this.state, demand);
    if (typeof plan === 'string')
      return {
        action: record,
        pending: plan !== 'void',
        dryRun: true,
        changes: [],
        plan: [],
        schemas: [],
        repeated: false,
      };
    const { action, changes } = describeMutations(plan.mutations, record);
    return {
      action,
      pending: action.endedAtMs === null,
      dryRun: true,
      changes: action.result?.changes ?? [],
      plan: changes,
      schemas,
      repeated: false,
    };
  }

  async #execute<T>(plan: (state: CoordinatorState) => RequestPlan<T>): Outcome<T> {
    return await execute({ store: this.#store, shell: this.shell, clock: this.options.clock }, plan);
  }

  /** A request of a session, judged by a state that knows of its registration, which may have been at another server. */
  async #executeFor<T>({ epoch }: SessionRef, plan: (state: CoordinatorState) => RequestPlan<T>): Outcome<T> {
    await this.#see(epoch);
    return await this.#execute(plan);
  }

  /** A worker may know a session, or an operation, from another server, that this one hasn't read yet. */
  async #see(revision: Revision): Promise<void> {
    if (revision > this.state.revision && revision <= (await this.#store.revision()))
      await this.shell.caughtUp(revision);
  }

  nowMs(): number {
    return this.options.clock.wallMs();
  }
}

/** The same actor, mutation and key name the same action; without a key each request is its own. */
function actionId({ actor, mutation, idempotencyKey }: ActionName): string {
  if (idempotencyKey === null) return randomUUID();
  return createHash('sha256')
    .update(JSON.stringify([actor, mutation, idempotencyKey]))
    .digest('hex')
    .slice(0, 32);
}

function characterSetOf(collation: string | null): CharacterSet | undefined {
  return collation === null ? undefined : { charset: charsetOf(collation), collation };
}
