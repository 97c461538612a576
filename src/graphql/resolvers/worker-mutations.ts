import { unreachable } from '../../core/model/invariant';
import type { SessionGrant } from '../../coordinator/service';
import type { Acknowledgement } from '../../core/request/acknowledge';
import { LockstepError } from '../../core/model/error';
import { Arg, Ctx, Directive, Mutation, Resolver } from '../decorators';
import { StaleOperationError } from '../errors/extended-errors';
import { answer } from '../errors/result-union';
import {
  ShardLeaveWorkerInput,
  ShardRegisterWorkerInput,
  ShardRenewWorkerInput,
  parseRegistration,
  parseSession,
} from '../inputs/session-inputs';
import { parseCollation } from '../inputs/parse-input';
import { parseOwnTable, parseRegisteredTable } from '../inputs/table-inputs';
import {
  ShardAcknowledgeOperationInput,
  ShardAddSourceTableInput,
  ShardExtendOperationInput,
  ShardFailOperationInput,
  ShardPutSourceTablesInput,
  ShardRemoveSourceTableInput,
  ShardReportInfoInput,
  ShardReportSourceInfoInput,
  ShardReportStatusInput,
  parseFailure,
  parseInfoReport,
  parseSourceInfoReport,
  parseStatus,
} from '../inputs/worker-inputs';
import type { RequestContext } from '../request-context';
import {
  AcknowledgeOperationResult,
  ExtendOperationResult,
  FailOperationResult,
  LeaveWorkerResult,
  PutSourceTablesResult,
  RegisterWorkerResult,
  RenewWorkerResult,
  ReportInfoResult,
  ReportStatusResult,
} from '../results/worker-results';
import type { ShardAcknowledgeOperationSuccess } from '../results/worker-results';
import type { ShardSession } from '../types/session';
import { viewOperation } from '../views/operation-view';

const FOR_WORKERS = '@tag(name: "lockstep-worker")';

/** What workers do (schema/PROTOCOL.md). */
@Resolver()
export class WorkerMutations {
  @Directive(FOR_WORKERS)
  @Mutation(() => RegisterWorkerResult.type, {
    description: 'Begin to speak for a source of a task. The same worker takes its own session over.',
  })
  registerShardWorker(
    @Arg('input', () => ShardRegisterWorkerInput, { description: 'Who registers, for what.' })
    input: ShardRegisterWorkerInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      RegisterWorkerResult,
      async () => service.registerWorker(parseRegistration(input)),
      (grant) => ({ session: viewSession(grant) }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => RenewWorkerResult.type, { description: 'Let a session live on. Makes no revision.' })
  renewShardWorker(
    @Arg('input', () => ShardRenewWorkerInput, { description: 'The session.' }) input: ShardRenewWorkerInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      RenewWorkerResult,
      async () => service.renewWorker(parseSession(input.session)),
      (grant) => ({ session: viewSession(grant) }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => LeaveWorkerResult.type, { description: 'End a session at once.' })
  leaveShardWorker(
    @Arg('input', () => ShardLeaveWorkerInput, { description: 'The session.' }) input: ShardLeaveWorkerInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      LeaveWorkerResult,
      async () => service.leaveWorker(parseSession(input.session), input.forGood),
      () => ({ forGood: input.forGood }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => PutSourceTablesResult.type, { description: 'Say which tables a source has, with their routes.' })
  putShardSourceTables(
    @Arg('input', () => ShardPutSourceTablesInput, { description: 'All tables.' }) input: ShardPutSourceTablesInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      PutSourceTablesResult,
      async () => {
        const session = parseSession(input.session);
        const tables = input.tables.map((table) => parseRegisteredTable(session.source, table));
        return service.putSourceTables(session, tables, parseCollation(input.defaultCollation), input.after ?? null);
      },
      (revision) => ({ revision }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => PutSourceTablesResult.type, {
    description: 'Add a table that was created upstream, or give it another route.',
  })
  addShardSourceTable(
    @Arg('input', () => ShardAddSourceTableInput, { description: 'The table.' }) input: ShardAddSourceTableInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      PutSourceTablesResult,
      async () => {
        const session = parseSession(input.session);
        const table = parseRegisteredTable(session.source, input.table);
        return service.addSourceTable(session, table, parseCollation(input.defaultCollation), input.after ?? null);
      },
      (revision) => ({ revision }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => PutSourceTablesResult.type, {
    description: 'Remove a table that was dropped upstream; its locks go on without it.',
  })
  removeShardSourceTable(
    @Arg('input', () => ShardRemoveSourceTableInput, { description: 'The table.' }) input: ShardRemoveSourceTableInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      PutSourceTablesResult,
      async () => service.removeSourceTable(parseSession(input.session), input.table, input.after ?? null),
      (revision) => ({ revision }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => ReportInfoResult.type, {
    description:
      'Report that an upstream table met DDLs (optimistic mode). The operation that answers comes by `shardOperations`.',
  })
  reportShardInfo(
    @Arg('input', () => ShardReportInfoInput, { description: 'The report.' }) input: ShardReportInfoInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      ReportInfoResult,
      async () => {
        const session = parseSession(input.session);
        return service.reportInfo(session, parseInfoReport(session.source, input));
      },
      (reported) => reported,
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => ReportInfoResult.type, {
    description:
      'Report that all tables of a source met DDLs (pessimistic mode). The operation that answers comes by `shardOperations`.',
  })
  reportShardSourceInfo(
    @Arg('input', () => ShardReportSourceInfoInput, { description: 'The report.' }) input: ShardReportSourceInfoInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      ReportInfoResult,
      async () => service.reportSourceInfo(parseSession(input.session), parseSourceInfoReport(input)),
      (reported) => reported,
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => AcknowledgeOperationResult.type, { description: 'Say that an operation has been carried out.' })
  acknowledgeShardOperation(
    @Arg('input', () => ShardAcknowledgeOperationInput, { description: 'Which operation.' })
    input: ShardAcknowledgeOperationInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      AcknowledgeOperationResult,
      async () => {
        const session = parseSession(input.session);
        return service.acknowledgeOperation(session, parseOwnTable(session.source, input.table), input.revision);
      },
      viewAcknowledgement,
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => FailOperationResult.type, { description: 'Say that an operation could not be carried out.' })
  failShardOperation(
    @Arg('input', () => ShardFailOperationInput, { description: 'Which operation, and why.' })
    input: ShardFailOperationInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      FailOperationResult,
      async () => {
        const session = parseSession(input.session);
        return service.failOperation(session, parseFailure(session.source, input));
      },
      () => ({ revision: input.revision }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => ExtendOperationResult.type, {
    description: 'Say that an operation is still being carried out, so that whoever waits for it goes on waiting.',
  })
  extendShardOperation(
    @Arg('input', () => ShardExtendOperationInput, { description: 'Which operation.' })
    input: ShardExtendOperationInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      ExtendOperationResult,
      async () => {
        const session = parseSession(input.session);
        return service.extendOperation(session, parseOwnTable(session.source, input.table), input.revision);
      },
      () => ({ revision: input.revision }),
    );
  }

  @Directive(FOR_WORKERS)
  @Mutation(() => ReportStatusResult.type, {
    description: 'Say how the work on a source goes. Kept as often as it changes, not more.',
  })
  reportShardStatus(
    @Arg('input', () => ShardReportStatusInput, { description: 'The status.' }) input: ShardReportStatusInput,
    @Ctx() { service }: RequestContext,
  ): Promise<object> {
    return answer(
      ReportStatusResult,
      async () => service.reportStatus(parseSession(input.session), parseStatus(input)),
      () => ({ sourceId: input.session.source }),
    );
  }
}

function viewSession({ sessionId, task, source, worker, epoch, ttlMs }: SessionGrant): ShardSession {
  return { id: sessionId, taskName: task, sourceId: source, workerId: worker, epoch, ttlMs };
}

function viewAcknowledgement(ended: Acknowledgement): ShardAcknowledgeOperationSuccess | StaleOperationError {
  switch (ended.kind) {
    case 'acknowledged':
    case 'already-acknowledged':
    case 'gone':
      return { outcome: ended.kind };
    case 'stale': {
      const { revision } = ended.operation;
      const error = new LockstepError('STALE_OPERATION', `operation ${revision} has replaced the acknowledged one`, {
        revision,
      });
      return new StaleOperationError(error, viewOperation(ended.operation));
    }
    default:
      return unreachable(ended);
  }
}
