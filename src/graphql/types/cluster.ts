import type { Revision } from '../../core/model/revision';
import { Field, ObjectType } from '../decorators';
import { ShardServerPhase } from '../enums';
import type { ServerPhase } from '../enums';
import { ShardRevision } from '../scalars';

/** A stored value that cannot be read. */
@ObjectType({ description: 'A stored value that cannot be read. It is skipped until somebody corrects or deletes it.' })
export class ShardStoreProblem {
  @Field(() => String, { description: 'The key of the value.' })
  readonly key!: string;

  @Field(() => String, { description: 'What is wrong with it.' })
  readonly message!: string;

  @Field(() => ShardRevision, { description: 'The revision at which it was put.' })
  readonly revision!: Revision;
}

/** What the answering server knows of itself and the store. */
@ObjectType({ description: 'What the answering server knows of itself and of the store.' })
export class ShardCluster {
  @Field(() => ShardRevision, { description: 'The last revision that it has seen.' })
  readonly revision!: Revision;

  @Field(() => ShardServerPhase, { description: 'What it does.' })
  readonly phase!: ServerPhase;

  @Field(() => [String], { description: 'What is missing until it is ready; empty: it is.' })
  readonly notReadyBecause!: readonly string[];

  @Field(() => [ShardStoreProblem], { description: 'Stored values that cannot be read.' })
  readonly problems!: readonly ShardStoreProblem[];
}
