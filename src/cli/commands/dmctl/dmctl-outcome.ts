import { writeDmctlResult } from '../../../core/wire/dmctl-json';
import { exitStatusOf } from '../../client/actions';
import type { Outcome } from '../../client/actions';
import { outcomeJson, outcomeText } from '../action-report';
import type { DmctlAnswer } from './dmctl-command';
import { dmctlMessage } from './failure-message';

/** What an action came to, as dmctl prints it: workers are told if one of them failed (deviation P13). */
export function answerOf(outcome: Outcome, done: string): DmctlAnswer {
  const { failure, workers } = outcome;
  const told = workers.some(({ result }) => !result) ? workers : [];
  const lines = told.map(({ sourceId, result, failure: why }) => ({
    result,
    worker: sourceId,
    msg: why === null ? '' : dmctlMessage(why),
  }));
  return {
    report: {
      json: writeDmctlResult(failure === null, failure === null ? messageOf(outcome) : dmctlMessage(failure), lines),
      full: outcomeJson(outcome),
      table: (paper) => outcomeText(outcome, done, paper),
    },
    status: exitStatusOf(outcome),
    failure: failure?.code ?? null,
  };
}

function messageOf({ dryRun, changes }: Outcome): string {
  return dryRun ? `dry run, nothing was done; it would: ${changes.join('; ')}` : '';
}
