import type { TableKey } from '../model/table-key';
import type { ClosedConflict } from '../optimistic/lock';
import type { CoordinatorState } from './coordinator-state';

/** The DDL of `closer` closed the conflicts of these tables: each is redirected before `closer` is answered. */
export function oweRedirects(state: CoordinatorState, closer: TableKey, redirected: readonly ClosedConflict[]): void {
  for (const { member, before } of redirected) {
    const table = member.key;
    settleRedirect(state, table);
    state.redirecting.set(table, { closer, before });
    state.outbox.ask({ kind: 'redirect', table });
  }
  if (redirected.length > 0) {
    state.openRedirects.set(closer, (state.openRedirects.get(closer) ?? 0) + redirected.length);
  }
}

/** `table` is redirected, or needs no redirect any more. */
export function settleRedirect(state: CoordinatorState, table: TableKey): void {
  const closer = state.redirecting.get(table)?.closer;
  state.outbox.settle({ kind: 'redirect', table });
  if (closer === undefined) return;
  state.redirecting.delete(table);
  const open = (state.openRedirects.get(closer) ?? 1) - 1;
  if (open > 0) {
    state.openRedirects.set(closer, open);
    return;
  }
  state.openRedirects.delete(closer);
  if (state.answers.has(closer)) state.outbox.ask({ kind: 'answer', table: closer });
}
