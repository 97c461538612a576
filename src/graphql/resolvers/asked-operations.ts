import type { CoordinatorService, OperationView } from '../../coordinator/service';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import type { SourceId, TaskName } from '../../core/model/names';
import { NO_REVISION } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { refusalOfEpoch } from '../../core/request/session';

/** Whose operations are asked for. */
export interface AskedOperations {
  readonly task: TaskName;
  readonly source: SourceId;
  /** Of the worker's session; null: who asks speaks for nobody. */
  readonly epoch: Revision | null;
}

/** How the epoch of who asks for operations is described. */
export const EPOCH = {
  nullable: true,
  description:
    'The epoch of the session of the worker that asks. A server that has not seen that registration yet waits until it ' +
    'has; when another process has taken the source over, there is nothing more but the error `STALE_SESSION`.',
};

/** @throws LockstepError INVALID_INPUT */
export function parseAsked(task: string, source: string, epoch: Revision | null | undefined): AskedOperations {
  return { task: parseTaskName(task), source: parseSourceId(source), epoch: epoch ?? null };
}

/** The operations that aren't done. @throws LockstepError STALE_SESSION */
export async function pendingOperations(
  service: CoordinatorService,
  asked: AskedOperations,
): Promise<readonly OperationView[]> {
  await caughtUp(service, asked);
  return service.pendingOperations(asked.task, asked.source);
}

/** The operations as they come, until `signal` aborts. @throws LockstepError STALE_SESSION in the place of the next one */
export function followOperations(
  service: CoordinatorService,
  asked: AskedOperations & { readonly after: Revision | null },
  signal: AbortSignal,
): AsyncIterable<OperationView> {
  const { task, source, after } = asked;
  return whileCurrent(service, asked, service.operations(task, source, after ?? NO_REVISION, signal));
}

async function* whileCurrent(
  service: CoordinatorService,
  asked: AskedOperations,
  operations: AsyncIterable<OperationView>,
): AsyncGenerator<OperationView> {
  await caughtUp(service, asked);
  for await (const operation of operations) {
    requireCurrent(service, asked);
    yield operation;
  }
}

async function caughtUp(service: CoordinatorService, asked: AskedOperations): Promise<void> {
  if (asked.epoch === null) return;
  await service.events.caughtUp({ revision: asked.epoch, index: 0 });
  requireCurrent(service, asked);
}

function requireCurrent({ state }: CoordinatorService, { task, source, epoch }: AskedOperations): void {
  const refusal = epoch === null ? null : refusalOfEpoch(state, { task, source, epoch });
  if (refusal !== null) throw refusal;
}
