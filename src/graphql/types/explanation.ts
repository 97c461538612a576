import type { ConflictStage } from '../../core/model/conflict-stage';
import type { UpstreamTable } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { Field, ObjectType } from '../decorators';
import { ShardConflictStage, ShardMode } from '../enums';
import { ShardUpstreamTable } from './names';
import { ShardTableSchema } from './schema';

/** What one statement of a rollout would come to. */
@ObjectType({ description: 'What one statement of a rollout would come to.' })
export class ShardDDLExplanationStep {
  @Field(() => ShardUpstreamTable, { description: 'The upstream table that meets the statement.' })
  readonly table!: UpstreamTable;

  @Field(() => String, { description: 'The statement as it was given.' })
  readonly ddl!: string;

  @Field(() => Boolean, {
    description: 'Whether the table runs it again, because it is redirected by the step before.',
  })
  readonly replayed!: boolean;

  @Field(() => [String], {
    description:
      'What the worker reports: one change each, naming the downstream table. Empty: it reports nothing, because it waits or skips.',
  })
  readonly reportedDdls!: readonly string[];

  @Field(() => ShardConflictStage, {
    nullable: true,
    description: 'Optimistic mode: the stage of the operation that answers; null if nothing is reported.',
  })
  readonly stage!: ConflictStage | null;

  @Field(() => [String], { description: 'What the downstream executes because of it.' })
  readonly downstreamDdls!: readonly string[];

  @Field(() => ShardTableSchema, {
    nullable: true,
    description: 'Optimistic mode: the joined schema afterwards; null while the schemas do not join.',
  })
  readonly joinedSchema!: ShardTableSchema | null;

  @Field(() => Boolean, { description: 'Whether the lock ends with it.' })
  readonly resolved!: boolean;

  @Field(() => String, { description: 'What happens, in sentences for people.' })
  readonly sentence!: string;
}

/** What a rollout would do. */
@ObjectType({
  description:
    'What a rollout would do, statement by statement, if workers carry out at once what they are told. Nothing is changed.',
})
export class ShardDDLExplanation {
  @Field(() => ShardMode, { description: 'The mode in which it was explained.' })
  readonly mode!: Mode;

  @Field(() => [ShardDDLExplanationStep], {
    description:
      'The statements in their order; those that tables run again after a redirect stand where that happens.',
  })
  readonly steps!: readonly ShardDDLExplanationStep[];

  @Field(() => [String], { description: 'Everything that the downstream executes, in order.' })
  readonly downstreamDdls!: readonly string[];

  @Field(() => Boolean, { description: 'Whether no lock is left at the end.' })
  readonly resolved!: boolean;

  @Field(() => Boolean, { description: 'Whether a table waits for a person at the end.' })
  readonly needsPerson!: boolean;
}
