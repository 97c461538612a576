import type { ExplainedStep } from '../../core/diagnosis/explain/rollout';
import type { DownstreamTable } from '../../core/model/names';
import { isShape } from '../../core/table/shape';
import type { ExplainedRollout } from '../inputs/explain-input';
import type { ShardDDLExplanation, ShardDDLExplanationStep } from '../types/explanation';
import { viewSchema } from './schema-view';

/** A rollout that is explained, as the API shows it. */
export function viewExplanation({ mode, target, steps }: ExplainedRollout): ShardDDLExplanation {
  return {
    mode,
    steps: steps.map((step) => viewStep(step, target)),
    downstreamDdls: steps.flatMap(({ executed }) => executed),
    resolved: steps.at(-1)?.resolved ?? true,
    needsPerson: steps.some(({ stage }) => stage === 'detected' || stage === 'error'),
  };
}

function viewStep(
  { table, ddl, replayed, reported, stage, executed, joined, resolved, sentence }: ExplainedStep,
  target: DownstreamTable,
): ShardDDLExplanationStep {
  return {
    table,
    ddl,
    replayed,
    reportedDdls: reported,
    stage,
    downstreamDdls: executed,
    get joinedSchema() {
      return isShape(joined) ? viewSchema(joined, target.table) : null;
    },
    resolved,
    sentence,
  };
}
