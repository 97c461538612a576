import type { CoordinatorService, OperationView } from '../../coordinator/service';
import type { Revision } from '../../core/model/revision';
import { Arg, Directive, ID, Resolver, Root, Subscription } from '../decorators';
import type { RequestContext } from '../request-context';
import { ShardRevision } from '../scalars';
import { ShardOperation } from '../types/operation';
import { viewOperation } from '../views/operation-view';
import { EPOCH, followOperations, parseAsked } from './asked-operations';
import { stoppable } from './stoppable';

interface OperationArguments {
  readonly task: string;
  readonly source: string;
  readonly after?: Revision | null;
  readonly epoch?: Revision | null;
}

/** What is told as it happens. */
@Resolver()
export class Subscriptions {
  @Directive('@tag(name: "lockstep-worker")')
  @Subscription(() => ShardOperation, {
    description:
      'The operations of a source: first those that are not done, then each that is put. Of several operations of one ' +
      'table that a slow worker has not taken, it gets the newest only.',
    subscribe: ({ args, context }: { args: OperationArguments; context: RequestContext }) =>
      subscribe(context.service, args),
  })
  shardOperations(
    @Arg('task', () => ID, { description: 'The name of the task.' }) _task: string,
    @Arg('source', () => ID, { description: 'The ID of the source.' }) _source: string,
    @Arg('after', () => ShardRevision, { nullable: true, description: 'Only operations of larger revisions.' })
    _after: Revision | null,
    @Arg('epoch', () => ShardRevision, EPOCH) _epoch: Revision | null,
    @Root() operation: OperationView,
  ): ShardOperation {
    return viewOperation(operation);
  }
}

function subscribe(
  service: CoordinatorService,
  { task, source, after = null, epoch }: OperationArguments,
): AsyncIterable<OperationView> {
  const asked = { ...parseAsked(task, source, epoch), after };
  return stoppable((signal) => followOperations(service, asked, signal));
}
