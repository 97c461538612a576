import type { Revision } from '../../core/model/revision';
import { Field, ID, Int, ObjectType } from '../decorators';
import { ShardServerPhase, ShardStoreKind } from '../enums';
import type { ServerPhase, StoreKind } from '../enums';
import { ShardRevision } from '../scalars';
import { ShardProblem } from './diagnosis';

/** One server. */
@ObjectType({ description: 'A server: one process of this program.' })
export class ShardServer {
  @Field(() => ID, { description: 'Its ID, which is new with each start.' })
  readonly id!: string;

  @Field(() => String, { description: 'Its version.' })
  readonly version!: string;

  @Field(() => ShardServerPhase, { description: 'What it does.' })
  readonly phase!: ServerPhase;
}

/** Where the state is kept. */
@ObjectType({ description: 'Where the state is kept.' })
export class ShardStore {
  @Field(() => ShardStoreKind, { description: 'Of which kind it is.' })
  readonly kind!: StoreKind;

  @Field(() => ShardRevision, { description: 'The last revision that the answering server has seen.' })
  readonly revision!: Revision;
}

/** What the answering server knows of itself, the store and the others. */
@ObjectType({ description: 'What the answering server knows of itself, of the store, and of the other servers on it.' })
export class ShardCluster {
  @Field(() => ID, { description: 'The ID of the answering server, which is new with each start.' })
  readonly id!: string;

  @Field(() => String, { description: 'The version of the answering server.' })
  readonly version!: string;

  @Field(() => ShardServerPhase, { description: 'What it does.' })
  readonly phase!: ServerPhase;

  @Field(() => ShardStore, { description: 'The store.' })
  readonly store!: ShardStore;

  @Field(() => ShardRevision, { description: 'The last revision that it has seen; the same as that of `store`.' })
  readonly revision!: Revision;

  @Field(() => ShardServer, { nullable: true, description: 'The server that decides and writes; null: not known.' })
  readonly leader!: ShardServer | null;

  @Field(() => [ShardServer], { description: 'The servers on this store that the answering one knows, itself too.' })
  readonly members!: readonly ShardServer[];

  @Field(() => [String], { description: 'What is missing until it is ready; empty: it is.' })
  readonly notReadyBecause!: readonly string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'How often a dm-master has answered otherwise than this server would have, since its start; null: it does not observe.',
  })
  readonly divergences!: number | null;

  @Field(() => [ShardProblem], {
    description:
      'What somebody should look at: unreadable records, orphan and phantom locks, sources that are blocked, a store that is nearly full.',
  })
  readonly problems!: readonly ShardProblem[];
}
