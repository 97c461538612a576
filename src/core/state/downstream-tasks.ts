import type { TaskName } from '../model/names';
import type { Change } from '../model/store';
import { readDownstreamRecord, writeDownstreamRecord } from '../wire/downstream-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import { readPut } from './read-put';
import type { Plan } from './write';

/** The record of a task's downstream was put or deleted. */
export function foldDownstream(state: CoordinatorState, task: TaskName, change: Change): void {
  const record = readPut(state, change, readDownstreamRecord);
  if (record === null) state.downstream.recorded.delete(task);
  else state.downstream.recorded.set(task, record);
  if (isAsConfigured(state, task)) state.outbox.settle({ kind: 'record-downstream', task });
}

/** This server leads: what it can read of downstreams is what is recorded from now on. */
export function askDownstreams(state: CoordinatorState): void {
  const { configured, recorded } = state.downstream;
  for (const task of new Set([...configured.keys(), ...recorded.keys()]))
    if (!isAsConfigured(state, task)) state.outbox.ask({ kind: 'record-downstream', task });
}

/** The record of the downstream of a task, as this server is configured. */
export function planRecordDownstream(state: CoordinatorState, task: TaskName): Plan {
  if (isAsConfigured(state, task)) return 'void';
  const key = formatLockstepKey({ kind: 'downstream', task });
  const metaSchema = state.downstream.configured.get(task);
  return {
    compares: [],
    mutations: [
      metaSchema === undefined
        ? { kind: 'delete', key }
        : { kind: 'put', key, value: writeDownstreamRecord({ metaSchema }) },
    ],
    events: [],
  };
}

function isAsConfigured({ downstream }: CoordinatorState, task: TaskName): boolean {
  return downstream.configured.get(task) === downstream.recorded.get(task)?.metaSchema;
}
