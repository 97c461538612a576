import type { WaitKind } from '../../core/diagnosis/wait-reason';
import type { ProblemKind } from '../../core/diagnosis/problem';
import type { RemedyKind } from '../../core/diagnosis/remedy';
import type { LockId } from '../../core/model/lock-id';
import type { SourceId, TaskName, UpstreamTable } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Field, ID, ObjectType } from '../decorators';
import { ShardProblemKind, ShardRemedyKind, ShardWaitKind } from '../diagnosis-enums';
import { DateTime, ShardRevision } from '../scalars';
import { ShardUpstreamTable } from './names';

/** One thing that a lock waits for. */
@ObjectType({ description: 'One thing that a lock waits for: who, why, and since when.' })
export class ShardWaitReason {
  /** Names the task for its resolvers. */
  readonly taskName!: TaskName;

  @Field(() => ShardWaitKind, { description: 'Why it waits.' })
  readonly kind!: WaitKind;

  @Field(() => String, { description: 'For whom, why, and since when, in a sentence for people.' })
  readonly sentence!: string;

  @Field(() => ID, { nullable: true, description: 'The source that is waited for; null: it is no source.' })
  readonly sourceId!: SourceId | null;

  @Field(() => ShardUpstreamTable, { nullable: true, description: 'The upstream table; null: it is no single table.' })
  readonly upstreamTable!: UpstreamTable | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when; null: nobody knows.' })
  readonly since!: Date | null;
}

/** What a person could do. */
@ObjectType({ description: 'Something that a person could do about a lock or a problem.' })
export class ShardRemedy {
  @Field(() => ShardRemedyKind, { description: 'What it does, for programs.' })
  readonly kind!: RemedyKind;

  @Field(() => String, { description: 'When to do it, in a sentence.' })
  readonly sentence!: string;

  @Field(() => String, { description: 'What it would do.' })
  readonly effect!: string;

  @Field(() => String, { description: 'The same as a command line to copy.' })
  readonly command!: string;

  @Field(() => String, { description: 'The document of the mutation.' })
  readonly mutation!: string;

  @Field(() => String, { description: 'The variables of the mutation, as the text of a JSON object.' })
  readonly variables!: string;
}

/** Something that is wrong beside the locks themselves. */
@ObjectType({ description: 'Something that somebody should look at.' })
export class ShardProblem {
  @Field(() => ShardProblemKind, { description: 'What kind of problem it is.' })
  readonly kind!: ProblemKind;

  @Field(() => String, { description: 'What is wrong, in a sentence for people.' })
  readonly sentence!: string;

  @Field(() => String, { description: 'What can be done about it.' })
  readonly help!: string;

  @Field(() => ID, { nullable: true, description: 'The task that it concerns; null: none by name.' })
  readonly taskName!: TaskName | null;

  @Field(() => ID, { nullable: true, description: 'The lock that it concerns; null: none by name.' })
  readonly lockId!: LockId | null;

  @Field(() => ID, { nullable: true, description: 'The source that it concerns; null: none by name.' })
  readonly sourceId!: SourceId | null;

  @Field(() => String, { nullable: true, description: 'The key of the store that it concerns; null: none.' })
  readonly key!: string | null;

  @Field(() => ShardRevision, { nullable: true, description: 'The revision at which that key was put; null: unknown.' })
  readonly revision!: Revision | null;

  @Field(() => [ShardRemedy], { description: 'What a person could do.' })
  readonly remedies!: readonly ShardRemedy[];
}
