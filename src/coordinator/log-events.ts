import { sourcesOf } from '../core/event/event-filter';
import { describeEvent } from '../core/event/event-sentence';
import type { ActionRecord } from '../core/model/action';
import type { LockEvent } from '../core/model/lock-event';
import type { PublishedEvent } from '../core/model/published-event';
import { quoteTable } from '../core/model/quote';
import type { Logger } from '../ports/logger';

/** What happens once for each of a lock's tables: with thousands of them, nobody would find the rest. */
const OF_EACH_TABLE: ReadonlySet<LockEvent['kind']> = new Set([
  'InfoReceived',
  'OperationPut',
  'OperationDone',
  'TableAdded',
  'TableRemoved',
]);

/** What somebody should look at. */
const ALARMING: ReadonlySet<LockEvent['kind']> = new Set(['ConflictDetected', 'Divergence']);

/** Write events to the log, with the lock, task, source and revision as fields; those of each table on level debug. */
export function logEvents(logger: Logger, events: readonly PublishedEvent[]): void {
  for (const { cursor, event } of events) {
    const fields = { event: event.kind, revision: cursor.revision, ...fieldsOf(event) };
    if (OF_EACH_TABLE.has(event.kind)) logger.debug(fields, event.kind);
    else if (ALARMING.has(event.kind)) logger.warn(fields, describeEvent(event));
    else logger.info(fields, describeEvent(event));
  }
}

/** Write a manual action that has ended to the log: who did what, why, and what came of it. */
export function logAction(logger: Logger, { id, input, actor, reason, state, result }: ActionRecord): void {
  const failure = result?.failure ?? null;
  const fields = {
    audit: true,
    actionId: id,
    action: input.kind,
    actor,
    reason,
    state,
    ...('lockId' in input ? { lockId: input.lockId } : { task: input.task }),
    ...('source' in input ? { source: input.source } : {}),
    ...(failure === null ? {} : { code: failure.code }),
  };
  if (failure === null) logger.info(fields, `action ${input.kind} of ${actor} is ${state}`);
  else logger.warn(fields, `action ${input.kind} of ${actor} is ${state}: ${failure.message}`);
}

function fieldsOf(event: LockEvent): object {
  const sources = sourcesOf(event) ?? [];
  return {
    task: event.task,
    ...('lockId' in event ? { lockId: event.lockId } : {}),
    ...('incarnation' in event ? { incarnation: event.incarnation } : {}),
    ...(sources.length === 1 ? { source: sources[0] } : {}),
    ...('participant' in event && event.participant.table !== null
      ? { table: quoteTable(event.participant.table.schema, event.participant.table.table) }
      : {}),
  };
}
