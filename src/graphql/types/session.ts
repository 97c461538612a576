import type { SourceId, TaskName } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Field, ID, Int, ObjectType } from '../decorators';
import { ShardRevision } from '../scalars';

/** What a registration gives a worker. */
@ObjectType({ description: 'What a worker gets when it registers. Every other mutation of the worker names it.' })
export class ShardSession {
  @Field(() => ID, { description: 'Identifies the session; it is secret to the worker.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { description: 'The ID of the source.' })
  readonly sourceId!: SourceId;

  @Field(() => ID, { description: 'The name of the worker.' })
  readonly workerId!: string;

  @Field(() => ShardRevision, { description: 'Larger than that of every session that it took over.' })
  readonly epoch!: Revision;

  @Field(() => Int, { description: 'How long it lives without renewal, in milliseconds.' })
  readonly ttlMs!: number;
}
