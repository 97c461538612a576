import type { ActionRecord } from '../model/action';
import { quoteTable } from '../model/quote';
import { NO_REVISION } from '../model/revision';
import { sourceKey, tableKey } from '../model/table-key';
import { formatDmKey } from '../wire/dm-keys';
import { writePessimisticInfo } from '../wire/pessimistic-info';
import { endAction, refuseAction } from './action-plan';
import type { ActionContext } from './action-plan';
import { unknownScope } from './known-scope';
import { acknowledgement, decisionPut, tableUnchanged } from './optimistic-plan';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'retry-info' }>>;

/**
 * Have the stored info of a table, or source, decided again as if it were sent again (8-settled.md). Its decision record says so, so that
 * a restart before the new answer decides it too.
 */
export function planRetryInfo(context: Context): Plan {
  const { state, input } = context;
  const { task, source, table } = input;
  const unknown = unknownScope(state, task, [source]);
  if (unknown !== null) return endAction(context, { failure: unknown });
  if (table === null) return planRetrySource(context);
  const entry = state.tables.get(tableKey(task, table));
  const name = `${source} ${quoteTable(table.schema, table.table)}`;
  if (entry?.info == null || entry.target === null) {
    return refuseAction(context, 'INFO_NOT_FOUND', `${name} has reported nothing for task ${task}`, { task, source });
  }
  const held = entry.target.lock;
  if (held === null || entry.member === null) {
    return refuseAction(context, 'INFO_NOT_FOUND', `${name} isn't in a lock of task ${task}`, { task, source });
  }
  const { normal, conflict, done } = entry.member;
  const record = decisionPut(
    { ...context, entry, target: entry.target, held },
    {
      infoRevision: NO_REVISION,
      normal,
      conflict,
      done,
      operationRevision: entry.putRevision,
      by: 'retry',
    },
  );
  const changes = [`the info of ${name} is decided again`];
  const { puts, deletes, events } = acknowledgement({ ...context, entry, target: entry.target, held });
  return endAction(
    context,
    { changes },
    {
      compares: tableUnchanged({ state, target: entry.target, entry }),
      mutations: [...puts, ...deletes, record],
      events,
    },
  );
}

/** Pessimistic: the info is put again as it is, which is what its worker would do. */
function planRetrySource(context: Context): Plan {
  const { state, input } = context;
  const { task, source } = input;
  const entry = state.pessimistic.entry(sourceKey(task, source));
  if (entry?.info == null) {
    return refuseAction(context, 'INFO_NOT_FOUND', `source ${source} has reported nothing for task ${task}`, {
      task,
      source,
    });
  }
  const key = formatDmKey({ kind: 'pessimistic-info', task, source });
  const effects = {
    compares: [{ kind: 'modRevision', key, operator: '=', value: entry.infoRevision }],
    mutations: [
      {
        kind: 'put',
        key,
        value: writePessimisticInfo({ task, source, target: entry.info.target, ddls: entry.info.ddls }),
      },
    ],
  } as const;
  return endAction(context, { changes: [`the info of source ${source} is decided again`] }, effects);
}
