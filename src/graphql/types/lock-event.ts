import type { ConflictStage } from '../../core/model/conflict-stage';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { EventCursor } from '../../core/model/event-cursor';
import type { LockEvent } from '../../core/model/lock-event';
import type { LockId } from '../../core/model/lock-id';
import type { Mode } from '../../core/model/mode';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Field, ID, InterfaceType, ObjectType } from '../decorators';
import { ShardConflictStage, ShardErrorCode, ShardLockEventKind, ShardMode } from '../enums';
import { DateTime, ShardCursor, ShardRevision } from '../scalars';
import { ShardUpstreamTable } from './names';

/** Who takes part, as events name it. */
@ObjectType({
  description: 'Whom an event is about: a source (pessimistic mode) or an upstream table (optimistic mode).',
})
export class ShardEventParticipant {
  @Field(() => ID, { description: 'The source.' })
  readonly sourceId!: SourceId;

  @Field(() => ShardUpstreamTable, { nullable: true, description: 'The upstream table; null in pessimistic mode.' })
  readonly upstreamTable!: ShardUpstreamTable | null;
}

/** What every event has. Its values say their type themselves. */
@InterfaceType({
  description: 'Something that happened to a lock, a task or a worker, as the journal keeps it.',
  resolveType: ({ kind }: ShardLockEvent) => eventTypeName(kind),
})
export abstract class ShardLockEvent {
  @Field(() => ShardCursor, { description: 'Its place among all events: `after` continues behind it.' })
  readonly cursor!: EventCursor;

  @Field(() => DateTime, { description: 'When it was recorded.' })
  readonly at!: Date;

  @Field(() => ShardLockEventKind, { description: 'What happened.' })
  readonly kind!: LockEvent['kind'];

  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { nullable: true, description: 'The lock; null: it is not about a lock.' })
  readonly lockId!: LockId | null;

  @Field(() => ShardRevision, {
    nullable: true,
    description: 'Which lock of this ID: its creation revision; null if the event is not about a lock that there was.',
  })
  readonly incarnation!: Revision | null;

  @Field(() => ShardMode, { nullable: true, description: 'The mode of the lock; null: it is not about a lock.' })
  readonly mode!: Mode | null;

  @Field(() => String, { description: 'What happened, as a sentence for people.' })
  readonly sentence!: string;
}

/** The GraphQL type of the events of a kind: `LockCreated` is `ShardLockCreatedEvent`; errors have names without `Event`. */
export function eventTypeName(kind: LockEvent['kind']): string {
  return `Shard${kind}Event`;
}

/** Events about one participant. */
@InterfaceType({
  implements: ShardLockEvent,
  autoRegisterImplementations: false,
  description: 'An event about one participant of a lock.',
  resolveType: ({ kind }: ShardLockEvent) => eventTypeName(kind),
})
export abstract class ShardParticipantEvent extends ShardLockEvent {
  @Field(() => ShardEventParticipant, { description: 'Whom it is about.' })
  readonly participant!: ShardEventParticipant;
}

const OF_EVENT = { implements: ShardLockEvent } as const;
const OF_PARTICIPANT = { implements: [ShardLockEvent, ShardParticipantEvent] };

/** A lock was created. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A lock was created, by the report of its first participant.' })
export class ShardLockCreatedEvent extends ShardParticipantEvent {
  @Field(() => [String], { description: 'The DDLs that were reported.' })
  readonly ddls!: readonly string[];
}

/** A participant reported DDLs. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A participant reported DDLs.' })
export class ShardInfoReceivedEvent extends ShardParticipantEvent {
  @Field(() => [String], { description: 'The DDLs.' })
  readonly ddls!: readonly string[];

  @Field(() => ShardRevision, { description: 'The revision of the report.' })
  readonly infoRevision!: Revision;
}

/** A report contradicts the other shards. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A report contradicts what other shards have reported.' })
export class ShardConflictDetectedEvent extends ShardParticipantEvent {
  @Field(() => ShardErrorCode, { description: 'Which conflict, by its code in the catalogue.' })
  readonly code!: ErrorCode;

  @Field(() => String, { description: 'What is wrong, in words.' })
  readonly message!: string;

  @Field(() => [String], { description: 'The DDLs that were reported.' })
  readonly ddls!: readonly string[];
}

/** A participant was told what to do. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A participant was told what to do.' })
export class ShardOperationPutEvent extends ShardParticipantEvent {
  @Field(() => [String], { description: 'The DDLs to execute or to skip.' })
  readonly ddls!: readonly string[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Pessimistic mode: execute the DDLs (true), or skip them (false). Null in optimistic mode.',
  })
  readonly exec!: boolean | null;

  @Field(() => ShardConflictStage, { nullable: true, description: 'Optimistic mode: what it says about conflicts.' })
  readonly conflictStage!: ConflictStage | null;

  @Field(() => String, { description: 'Why, in words; empty without a conflict.' })
  readonly message!: string;
}

/** A participant has carried out its operation. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A participant has carried out its operation.' })
export class ShardOperationDoneEvent extends ShardParticipantEvent {}

/** All shards agree. */
@ObjectType({
  ...OF_EVENT,
  description: 'Pessimistic mode: all sources have reported. Optimistic mode: all tables have the joined schema.',
})
export class ShardLockSyncedEvent extends ShardLockEvent {}

/** A lock has ended. */
@ObjectType({ ...OF_EVENT, description: 'All participants of a lock are done; it was removed.' })
export class ShardLockResolvedEvent extends ShardLockEvent {}

/** A person unlocked a lock. */
@ObjectType({ ...OF_EVENT, description: 'A person unlocked a lock.' })
export class ShardLockUnlockedEvent extends ShardLockEvent {
  @Field(() => ID, { description: 'The manual action.' })
  readonly actionId!: string;

  @Field(() => [ShardEventParticipant], { description: 'For whom.' })
  readonly participants!: readonly ShardEventParticipant[];
}

/** A person broke a source out of its lock. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A person let a source that is blocked execute or skip its DDLs.' })
export class ShardLockBrokenEvent extends ShardParticipantEvent {
  @Field(() => ID, { description: 'The manual action.' })
  readonly actionId!: string;

  @Field(() => Boolean, { description: 'Whether it executes (true) or skips them (false).' })
  readonly exec!: boolean;
}

/** A table takes part in a lock. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A table takes part in a lock from now on.' })
export class ShardTableAddedEvent extends ShardParticipantEvent {}

/** A table takes no part in a lock any more. */
@ObjectType({ ...OF_PARTICIPANT, description: 'A table takes no part in a lock any more.' })
export class ShardTableRemovedEvent extends ShardParticipantEvent {}

/** A person removed what was stored of a task. */
@ObjectType({ ...OF_EVENT, description: 'A person removed what was stored of a task, or of some of its sources.' })
export class ShardMetaRemovedEvent extends ShardLockEvent {
  @Field(() => [ID], { description: 'The sources; empty: all of them.' })
  readonly sourceIds!: readonly SourceId[];

  @Field(() => ID, { description: 'The manual action.' })
  readonly actionId!: string;
}

/** A worker came. */
@ObjectType({ ...OF_EVENT, description: 'A worker works for a source from now on.' })
export class ShardWorkerOnlineEvent extends ShardLockEvent {
  @Field(() => ID, { description: 'The source.' })
  readonly sourceId!: SourceId;

  @Field(() => ID, { description: 'The name of the worker.' })
  readonly workerId!: string;
}

/** A worker went. */
@ObjectType({ ...OF_EVENT, description: 'A worker left, or was not heard of for longer than its lease.' })
export class ShardWorkerOfflineEvent extends ShardLockEvent {
  @Field(() => ID, { description: 'The source.' })
  readonly sourceId!: SourceId;

  @Field(() => ID, { description: 'The name of the worker.' })
  readonly workerId!: string;
}

/** Another coordinator decides otherwise. */
@ObjectType({
  ...OF_PARTICIPANT,
  description: 'While only observing: what DM decided differs from what this server would have decided.',
})
export class ShardDivergenceEvent extends ShardParticipantEvent {
  @Field(() => String, { description: 'The difference, in words.' })
  readonly message!: string;
}

/** All of them: nothing refers to a type that only implements an interface. */
export const EVENT_TYPES = [
  ShardLockCreatedEvent,
  ShardInfoReceivedEvent,
  ShardConflictDetectedEvent,
  ShardOperationPutEvent,
  ShardOperationDoneEvent,
  ShardLockSyncedEvent,
  ShardLockResolvedEvent,
  ShardLockUnlockedEvent,
  ShardLockBrokenEvent,
  ShardTableAddedEvent,
  ShardTableRemovedEvent,
  ShardMetaRemovedEvent,
  ShardWorkerOnlineEvent,
  ShardWorkerOfflineEvent,
  ShardDivergenceEvent,
] as const;
