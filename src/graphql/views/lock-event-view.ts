import { describeEvent } from '../../core/event/event-sentence';
import { modeOf } from '../../core/event/event-filter';
import { unreachable } from '../../core/model/invariant';
import type { LockEvent, Participant } from '../../core/model/lock-event';
import { NO_REVISION } from '../../core/model/revision';
import type { PublishedEvent } from '../../core/model/published-event';
import type { ShardEventParticipant, ShardLockEvent } from '../types/lock-event';

/** Views of events that are shown to many. */
const known = new WeakMap<PublishedEvent, ShardLockEvent>();

/** An event as the API shows it; the same object for the same event, so its sentence is made once for all who ask. */
export function viewEvent(published: PublishedEvent): ShardLockEvent {
  const view = known.get(published) ?? makeView(published);
  known.set(published, view);
  return view;
}

function makeView({ cursor, atMs, event }: PublishedEvent): ShardLockEvent {
  const incarnation = 'incarnation' in event ? event.incarnation : NO_REVISION;
  let sentence: string | null = null;
  return {
    cursor,
    at: new Date(atMs),
    kind: event.kind,
    taskName: event.task,
    lockId: 'lockId' in event ? event.lockId : null,
    incarnation: incarnation === NO_REVISION ? null : incarnation,
    mode: modeOf(event),
    get sentence() {
      return (sentence ??= describeEvent(event));
    },
    ...ownFields(event),
  };
}

/** What the kind adds. */
function ownFields(event: LockEvent): object {
  switch (event.kind) {
    case 'LockCreated':
      return { participant: viewParticipant(event.by), ddls: event.ddls };
    case 'InfoReceived':
      return { ...ofParticipant(event), ddls: event.ddls, infoRevision: event.infoRevision };
    case 'ConflictDetected':
      return { ...ofParticipant(event), code: event.code, message: event.message, ddls: event.ddls };
    case 'OperationPut': {
      const { ddls, exec, stage, message } = event;
      return { ...ofParticipant(event), ddls, exec, conflictStage: stage, message };
    }
    case 'OperationDone':
    case 'TableAdded':
    case 'TableRemoved':
      return ofParticipant(event);
    case 'LockSynced':
    case 'LockResolved':
      return {};
    case 'LockUnlocked':
      return { actionId: event.actionId, participants: event.participants.map(viewParticipant) };
    case 'LockBroken':
      return { ...ofParticipant(event), actionId: event.actionId, exec: event.exec };
    case 'MetaRemoved':
      return { sourceIds: event.sources, actionId: event.actionId };
    case 'WorkerOnline':
    case 'WorkerOffline':
      return { sourceId: event.source, workerId: event.worker };
    case 'Divergence':
      return { ...ofParticipant(event), message: event.message };
    default:
      return unreachable(event);
  }
}

function ofParticipant({ participant }: { readonly participant: Participant }): { participant: ShardEventParticipant } {
  return { participant: viewParticipant(participant) };
}

function viewParticipant({ source, table }: Participant): ShardEventParticipant {
  return { sourceId: source, upstreamTable: table };
}
