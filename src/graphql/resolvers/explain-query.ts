import { Arg, Ctx, Query, Resolver } from '../decorators';
import { ShardExplainDDLInput, explainInput } from '../inputs/explain-input';
import type { RequestContext } from '../request-context';
import { ShardDDLExplanation } from '../types/explanation';
import { viewExplanation } from '../views/explanation-view';

/** What would be, if. */
@Resolver()
export class ExplainQuery {
  @Query(() => ShardDDLExplanation, {
    description: 'What a rollout of DDLs would do, statement by statement and table by table. It changes nothing.',
  })
  explainShardDDL(
    @Arg('input', () => ShardExplainDDLInput, { description: 'The rollout.' }) input: ShardExplainDDLInput,
    @Ctx() { service }: RequestContext,
  ): ShardDDLExplanation {
    return viewExplanation(explainInput(service.state, input));
  }
}
