import { unreachable } from '../model/invariant';
import type { LockEvent, Participant } from '../model/lock-event';
import { quoteTable } from '../model/quote';

/** How many DDLs or names a sentence spells out. */
const SPELLED_OUT = 3;

/** Longer DDLs are cut in a sentence, in characters. */
const LONGEST_DDL = 200;

/**
 * What happened, as one sentence for people. It says what the event's fields say, so that a line of a log, a message of an
 * alert and a row of a dashboard need nothing else.
 */
export function describeEvent(event: LockEvent): string {
  switch (event.kind) {
    case 'LockCreated':
      return `Lock ${event.lockId} was created: ${nameOf(event.by)} reported ${listDdls(event.ddls)}.`;
    case 'InfoReceived':
      return `${capitalized(nameOf(event.participant))} reported ${listDdls(event.ddls)} to lock ${event.lockId}.`;
    case 'ConflictDetected':
      return `${capitalized(nameOf(event.participant))} contradicts the other shards of lock ${event.lockId}: ${endless(event.message)}.`;
    case 'OperationPut':
      return `${capitalized(nameOf(event.participant))} was told to ${describeOrder(event)}.`;
    case 'OperationDone':
      return `${capitalized(nameOf(event.participant))} has carried out its operation of lock ${event.lockId}.`;
    case 'LockSynced':
      return event.mode === 'pessimistic'
        ? `All sources of lock ${event.lockId} have reported its DDLs.`
        : `All tables of lock ${event.lockId} have the joined schema.`;
    case 'LockResolved':
      return `Lock ${event.lockId} is resolved: all of its participants are done, and it was removed.`;
    case 'LockUnlocked':
      return `Lock ${event.lockId} was unlocked by hand for ${listNames(event.participants.map(nameOf))} (action ${event.actionId}).`;
    case 'LockBroken':
      return `${capitalized(nameOf(event.participant))} was told by hand to ${event.exec ? 'execute' : 'skip'} what it is blocked on in lock ${event.lockId} (action ${event.actionId}).`;
    case 'TableAdded':
      return `${capitalized(nameOf(event.participant))} takes part in lock ${event.lockId} from now on.`;
    case 'TableRemoved':
      return `${capitalized(nameOf(event.participant))} takes no part in lock ${event.lockId} any more.`;
    case 'MetaRemoved':
      return `What was stored of task ${event.task}${ofSources(event.sources)} was removed by hand (action ${event.actionId}).`;
    case 'WorkerOnline':
      return `Worker ${event.worker} works for source ${event.source} of task ${event.task}.`;
    case 'WorkerOffline':
      return `Worker ${event.worker} of source ${event.source} in task ${event.task} is offline.`;
    case 'Divergence':
      return `Here the answer for ${nameOf(event.participant)} in lock ${event.lockId} would be another: ${endless(event.message)}.`;
    default:
      return unreachable(event);
  }
}

type OperationPut = Extract<LockEvent, { kind: 'OperationPut' }>;

function describeOrder({ ddls, exec, stage, message, lockId }: OperationPut): string {
  if (exec !== null) return `${exec ? 'execute' : 'skip'} ${listDdls(ddls)} for lock ${lockId}`;
  const because = message === '' ? '' : `: ${endless(message)}`;
  switch (stage) {
    case 'detected':
      return `wait for a decision about lock ${lockId}${because}`;
    case 'skip and wait for redirect':
      return `skip its DDL and wait until the other shards of lock ${lockId} follow${because}`;
    case 'resolved':
      return `go back to the DDL that it skipped, since the conflict in lock ${lockId} is over`;
    case 'error':
      return `wait, because its report to lock ${lockId} could not be decided on${because}`;
    default:
      return ddls.length === 0
        ? `execute nothing for lock ${lockId} and go on`
        : `execute ${listDdls(ddls)} for lock ${lockId}`;
  }
}

function nameOf({ source, table }: Participant): string {
  return table === null ? `source ${source}` : `table ${quoteTable(table.schema, table.table)} of source ${source}`;
}

function listDdls(ddls: readonly string[]): string {
  return ddls.length === 0 ? 'no DDLs' : listNames(ddls.map(shortened));
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'nobody';
  const more = names.length - SPELLED_OUT;
  return `${names.slice(0, SPELLED_OUT).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function shortened(ddl: string): string {
  return ddl.length > LONGEST_DDL ? `${ddl.slice(0, LONGEST_DDL)}…` : ddl;
}

function ofSources(sources: readonly string[]): string {
  return sources.length === 0 ? '' : `, source${sources.length > 1 ? 's' : ''} ${listNames(sources)},`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Messages come with or without a stop, and the sentence has its own. */
function endless(message: string): string {
  return message.replace(/[.\s]+$/u, '');
}
