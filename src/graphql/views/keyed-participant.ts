import type { ConflictStage } from '../../core/model/conflict-stage';
import type { SourceId } from '../../core/model/names';
import type { ShardParticipant } from '../types/lock';

/** A participant of a lock, made only when it is shown: a lock may have a hundred thousand. */
export interface KeyedParticipant {
  /** Orders the participants of a lock. */
  readonly key: string;
  readonly view: () => ShardParticipant;
}

/** Which participants are listed; null: whatever it is. */
export interface ParticipantFilter {
  readonly synced: boolean | null;
  readonly done: boolean | null;
  readonly conflictStages: ReadonlySet<ConflictStage> | null;
  readonly source: SourceId | null;
}

/** Whether a participant is listed. */
export function isListed(
  filter: ParticipantFilter,
  participant: {
    readonly synced: boolean;
    readonly done: boolean;
    readonly stage: ConflictStage | null;
    readonly source: SourceId;
  },
): boolean {
  const { synced, done, conflictStages, source } = filter;
  return (
    (synced === null || participant.synced === synced) &&
    (done === null || participant.done === done) &&
    (source === null || participant.source === source) &&
    (conflictStages === null || (participant.stage !== null && conflictStages.has(participant.stage)))
  );
}
