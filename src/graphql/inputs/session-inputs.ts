import type { RegisterWorkerInput, SessionRef } from '../../coordinator/service';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import type { Revision } from '../../core/model/revision';
import { Field, ID, InputType, Int } from '../decorators';
import { ShardMode } from '../enums';
import { ShardRevision } from '../scalars';
import { parseName, parseWithin } from './parse-input';

/** How long a session may live without renewal, in milliseconds. */
const TTL_MS = { least: 1_000, most: 600_000 } as const;

/** Which session a worker's request belongs to. */
@InputType({ description: 'Which session a request of a worker belongs to, as `registerShardWorker` gave it.' })
export class ShardSessionInput {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly task!: string;

  @Field(() => ID, { description: 'The ID of the source.' })
  readonly source!: string;

  @Field(() => ID, { description: 'The ID of the session.' })
  readonly id!: string;

  @Field(() => ShardRevision, {
    description: 'Its epoch: a server that has not seen the registration yet waits until it has.',
  })
  readonly epoch!: Revision;

  @Field(() => Int, {
    nullable: true,
    description:
      'Counts the messages of the session: larger for each, and the same when one is sent again. A failure, an extension ' +
      'or a status that comes late is known by it, and changes nothing; absent, each replaces the one before.',
  })
  readonly sequence?: number | null;
}

/** The input of `registerShardWorker`. */
@InputType({ description: 'A worker that wants to speak for a source of a task.' })
export class ShardRegisterWorkerInput {
  @Field(() => ID, {
    description: 'The name of the worker; a worker that restarts keeps it, and takes its session over.',
  })
  readonly worker!: string;

  @Field(() => ID, { description: 'The name of the task. The first registration makes it.' })
  readonly task!: string;

  @Field(() => ShardMode, { description: 'The mode of the task; all its workers give the same.' })
  readonly mode!: Mode;

  @Field(() => ID, { description: 'The ID of the source.' })
  readonly source!: string;

  @Field(() => [ID], {
    nullable: true,
    description:
      'All sources that the task has, if the worker knows: when every registrant names the same set and all of it is ' +
      'there, the sources of the task count as declared.',
  })
  readonly expectedSources?: readonly string[] | null;

  @Field(() => Int, {
    defaultValue: 30_000,
    description: 'How long the session lives without renewal, in milliseconds: from 1,000 to 600,000.',
  })
  readonly ttlMs!: number;

  @Field(() => ID, {
    nullable: true,
    description:
      'Identifies this start of the process of the worker: any text that no other start uses. A registration that is ' +
      'repeated, or comes late, then gets the session that the first one began. Without it each begins a new session.',
  })
  readonly instance?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The version of the program of the worker, for people who look for an old one.',
  })
  readonly version?: string | null;
}

/** The input of `renewShardWorker`. */
@InputType({ description: 'The session to renew.' })
export class ShardRenewWorkerInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;
}

/** The input of `leaveShardWorker`. */
@InputType({ description: 'The session to end.' })
export class ShardLeaveWorkerInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the source leaves its task as well. Otherwise its locks go on waiting for it.',
  })
  readonly forGood!: boolean;
}

/** The session of an input. @throws LockstepError INVALID_INPUT */
export function parseSession({ task, source, id, epoch, sequence }: ShardSessionInput): SessionRef {
  const names = { task: parseTaskName(task), source: parseSourceId(source), sessionId: parseName('session.id', id) };
  return {
    ...names,
    epoch,
    sequence: sequence == null ? null : parseWithin('session.sequence', sequence, 0, 2 ** 31 - 1),
  };
}

/** A registration. @throws LockstepError INVALID_INPUT */
export function parseRegistration(input: ShardRegisterWorkerInput): RegisterWorkerInput {
  return {
    worker: parseName('worker', input.worker),
    task: parseTaskName(input.task),
    mode: input.mode,
    source: parseSourceId(input.source),
    expectedSources: input.expectedSources?.map(parseSourceId) ?? null,
    ttlMs: parseWithin('ttlMs', input.ttlMs, TTL_MS.least, TTL_MS.most),
    instance: input.instance == null ? null : parseName('instance', input.instance),
    version: input.version == null ? null : parseName('version', input.version),
  };
}
