import type { EventFilter } from '../../core/event/event-filter';
import { EVERY_EVENT } from '../../core/event/event-filter';
import type { LockEvent } from '../../core/model/lock-event';
import { parseLockName } from '../../core/model/lock-name';
import type { Mode } from '../../core/model/mode';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Field, ID, InputType } from '../decorators';
import { ShardLockEventKind, ShardMode } from '../enums';
import { ShardRevision } from '../scalars';

/** Which events are wanted. */
@InputType({ description: 'Which events are wanted: those for which everything that is given holds.' })
export class ShardLockEventFilter {
  @Field(() => ID, { nullable: true, description: 'Only of this task.' })
  readonly task?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Only of these locks: lock IDs, or `task/schema.table`.' })
  readonly lockIds?: readonly string[] | null;

  @Field(() => ShardRevision, {
    nullable: true,
    description: 'Only of the lock that was created at this revision, not of earlier and later ones of the same ID.',
  })
  readonly incarnation?: Revision | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Only what concerns one of these sources. What happens to a lock as a whole concerns all of them.',
  })
  readonly sources?: readonly string[] | null;

  @Field(() => ShardMode, { nullable: true, description: 'Only of locks of this mode.' })
  readonly mode?: Mode | null;

  @Field(() => [ShardLockEventKind], { nullable: true, description: 'Only of these kinds.' })
  readonly kinds?: readonly LockEvent['kind'][] | null;
}

/** @throws LockstepError INVALID_INPUT */
export function parseEventFilter(input: ShardLockEventFilter | null | undefined): EventFilter {
  if (input == null) return EVERY_EVENT;
  const { task, lockIds, incarnation, sources, mode, kinds } = input;
  return {
    task: task == null ? null : parseTaskName(task),
    lockIds: lockIds == null ? null : new Set(lockIds.map(parseLockName)),
    incarnation: incarnation ?? null,
    sources: sources == null ? null : new Set(sources.map(parseSourceId)),
    mode: mode ?? null,
    kinds: kinds == null ? null : new Set(kinds),
  };
}
