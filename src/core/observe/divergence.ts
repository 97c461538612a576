import type { OptimisticOperation, PessimisticOperation } from '../model/operation';
import type { PessimisticOrder } from '../model/records';
import type { Decision } from '../optimistic/sync';

/** What DM told a table, as far as it is compared: the message is DM's own. */
type ToldTable = Pick<OptimisticOperation, 'ddls' | 'columns' | 'stage'>;

/** Where DM's answer to an info differs from the own decision, as a sentence; null: nowhere. */
export function differenceOf(decision: Decision, told: ToldTable): string | null {
  const own = { ddls: decision.ddls, columns: decision.columns, stage: decision.problem?.stage ?? 'none' };
  const parts = [
    part('stage', own.stage, told.stage),
    part('DDLs', listText(own.ddls), listText(told.ddls)),
    part('dropped columns', listText(own.columns), listText(told.columns)),
  ].filter((text) => text !== null);
  if (parts.length === 0) return null;
  const why = decision.problem === null ? '' : ` (${decision.problem.message})`;
  return `${parts.join('; ')}${why}`;
}

/** Where DM's order to a source differs from what is due to it here, as a sentence; null: nowhere. */
export function orderDifferenceOf(due: PessimisticOrder | null, { exec }: PessimisticOperation): string | null {
  const told: PessimisticOrder = exec ? 'exec' : 'skip';
  if (due === told) return null;
  const own = due === null ? 'it would be told nothing yet' : `it would be told ${wordOf(due)}`;
  return `${own}, and DM told it ${wordOf(told)}; perhaps a person unlocked the lock with dmctl`;
}

function part(what: string, own: string, told: string): string | null {
  return own === told ? null : `${what} would be ${own}, and DM's are ${told}`;
}

/** DM writes lists without elements in two ways. */
function listText(list: readonly string[] | null): string {
  return list === null || list.length === 0 ? 'none' : list.join('; ');
}

function wordOf(order: PessimisticOrder): string {
  return order === 'exec' ? 'to execute' : 'to skip';
}
