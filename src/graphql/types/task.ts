import type { SourceId, TaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { Directive, Field, ID, ObjectType } from '../decorators';
import { ShardMode } from '../enums';
import { ShardDownstreamTable } from './names';

/** One merge job. */
@Directive('@key(fields: "name")')
@ObjectType({ description: 'A task: one merge job.' })
export class ShardTask {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly name!: TaskName;

  @Field(() => ShardMode, { nullable: true, description: 'In which mode its locks work; null: not known yet.' })
  readonly mode!: Mode | null;

  @Field(() => Boolean, {
    description:
      'Whether the set of sources is known to be complete: declared by an operator, or all registrants agree. ' +
      'Until then no pessimistic lock of the task is executed.',
  })
  readonly declared!: boolean;

  @Field(() => [ID], { description: 'Its sources, without those that were left out by hand.' })
  readonly sourceIds!: readonly SourceId[];

  @Field(() => [ID], { description: 'Sources that were left out by hand.' })
  readonly excludedSourceIds!: readonly SourceId[];
}

/** One upstream database instance. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A source: one upstream database instance.' })
export class ShardSource {
  @Field(() => ID, { description: 'The ID of the source.' })
  readonly id!: SourceId;
}

/** One upstream table and where it goes. */
@ObjectType({ description: 'An upstream table and the downstream table that it is routed into.' })
export class ShardRoute {
  @Field(() => String, { description: 'The schema (database) of the upstream table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the upstream table.' })
  readonly table!: string;

  @Field(() => ShardDownstreamTable, { description: 'The downstream table.' })
  readonly target!: ShardDownstreamTable;
}
