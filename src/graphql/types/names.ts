import { Field, ID, ObjectType } from '../decorators';

/** A table that shards are merged into. */
@ObjectType({ description: 'A table that shards are merged into.' })
export class ShardDownstreamTable {
  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}

/** A shard. */
@ObjectType({ description: 'A shard: one table of one source.' })
export class ShardUpstreamTable {
  @Field(() => ID, { name: 'sourceId', description: 'The source that has the table.' })
  readonly source!: string;

  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}
