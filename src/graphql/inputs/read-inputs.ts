import type { ActionKind, ActionState } from '../../core/model/action';
import { parseLockName } from '../../core/model/lock-name';
import type { ConflictStage } from '../../core/model/conflict-stage';
import { LockstepError } from '../../core/model/error';
import type { LockId } from '../../core/model/lock-id';
import type { LockState } from '../../core/model/lock-state';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import type { TaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { Field, Float, ID, InputType } from '../decorators';
import { ShardActionKind, ShardActionState, ShardConflictStage, ShardLockState, ShardMode } from '../enums';
import type { ParticipantFilter } from '../views/keyed-participant';
import type { LockFilter } from '../views/lock-filter';
import type { WorkerFilter } from '../views/worker-view';

/** Which locks are listed. */
@InputType({ description: 'Which locks are listed: those for which everything that is given holds.' })
export class ShardLockFilter {
  @Field(() => ID, { nullable: true, description: 'Only locks of this task.' })
  readonly task?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Only locks in which one of these sources takes part.' })
  readonly sources?: readonly string[] | null;

  @Field(() => ShardMode, { nullable: true, description: 'Only locks of this mode.' })
  readonly mode?: Mode | null;

  @Field(() => [ShardLockState], { nullable: true, description: 'Only locks in one of these states.' })
  readonly states?: readonly LockState[] | null;

  @Field(() => [ShardConflictStage], {
    nullable: true,
    description: 'Only locks in which the operation of a table is in one of these stages.',
  })
  readonly conflictStages?: readonly ConflictStage[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only locks that have made no progress for longer than this, in milliseconds.',
  })
  readonly olderThanMs?: number | null;
}

/** Which participants are listed. */
@InputType({ description: 'Which participants of a lock are listed: those for which everything that is given holds.' })
export class ShardParticipantFilter {
  @Field(() => Boolean, { nullable: true, description: 'Only those that are synced, or are not.' })
  readonly synced?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that are done, or are not.' })
  readonly done?: boolean | null;

  @Field(() => [ShardConflictStage], {
    nullable: true,
    description: 'Only tables whose operation is in one of these stages.',
  })
  readonly conflictStages?: readonly ConflictStage[] | null;

  @Field(() => ID, { nullable: true, description: 'Only this source, or its tables.' })
  readonly source?: string | null;
}

/** Which workers are listed. */
@InputType({ description: 'Which workers are listed: those for which everything that is given holds at once.' })
export class ShardWorkerFilter {
  @Field(() => ID, { nullable: true, description: 'Only workers of this task.' })
  readonly task?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Only workers that speak for one of these sources, or did.' })
  readonly sources?: readonly string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that are registered now, or are gone.' })
  readonly online?: boolean | null;
}

/** Which manual actions are listed. */
@InputType({ description: 'Which manual actions are listed: those for which everything that is given holds.' })
export class ShardActionFilter {
  @Field(() => ID, { nullable: true, description: 'Only actions that concern this task.' })
  readonly task?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only actions that name this lock: a lock ID, or `task/schema.table`.',
  })
  readonly lockId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only actions that this actor asked for.' })
  readonly actor?: string | null;

  @Field(() => [ShardActionKind], { nullable: true, description: 'Only actions of these kinds.' })
  readonly kinds?: readonly ActionKind[] | null;

  @Field(() => [ShardActionState], { nullable: true, description: 'Only actions in these states.' })
  readonly states?: readonly ActionState[] | null;
}

/** Which manual actions are listed; null: whatever it is. */
export interface ActionFilter {
  readonly task: TaskName | null;
  readonly lockId: LockId | null;
  readonly actor: string | null;
  readonly kinds: ReadonlySet<ActionKind> | null;
  readonly states: ReadonlySet<ActionState> | null;
}

/** @throws LockstepError INVALID_INPUT */
export function parseLockFilter(filter: ShardLockFilter | null, nowMs: number): LockFilter {
  return {
    task: given(filter?.task, parseTaskName),
    sources: given(filter?.sources, (sources) => new Set(sources.map(parseSourceId))),
    mode: filter?.mode ?? null,
    states: given(filter?.states, (states) => new Set(states)),
    conflictStages: given(filter?.conflictStages, (stages) => new Set(stages)),
    progressBeforeMs: given(filter?.olderThanMs, (ms) => nowMs - parseAge(ms)),
  };
}

/** @throws LockstepError INVALID_INPUT */
export function parseParticipantFilter(filter: ShardParticipantFilter | null): ParticipantFilter {
  return {
    synced: filter?.synced ?? null,
    done: filter?.done ?? null,
    conflictStages: given(filter?.conflictStages, (stages) => new Set(stages)),
    source: given(filter?.source, parseSourceId),
  };
}

/** @throws LockstepError INVALID_INPUT */
export function parseWorkerFilter(filter: ShardWorkerFilter | null): WorkerFilter {
  return {
    task: given(filter?.task, parseTaskName),
    sources: given(filter?.sources, (sources) => new Set(sources.map(parseSourceId))),
    online: filter?.online ?? null,
  };
}

/** @throws LockstepError INVALID_INPUT */
export function parseActionFilter(filter: ShardActionFilter | null): ActionFilter {
  return {
    task: given(filter?.task, parseTaskName),
    lockId: given(filter?.lockId, parseLockName),
    actor: filter?.actor ?? null,
    kinds: given(filter?.kinds, (kinds) => new Set(kinds)),
    states: given(filter?.states, (states) => new Set(states)),
  };
}

function parseAge(ms: number): number {
  if (ms >= 0) return ms;
  throw new LockstepError('INVALID_INPUT', `olderThanMs must not be negative, it is ${ms}`, { field: 'olderThanMs' });
}

function given<T, V>(value: T | null | undefined, parse: (value: T) => V): V | null {
  return value == null ? null : parse(value);
}
