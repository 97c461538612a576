import type { SourceId, TaskName } from '../../src/core/model/names';
import type { Mode } from '../../src/core/model/mode';
import type { Mutation } from '../../src/core/model/store';
import { formatDmKey } from '../../src/core/wire/dm-keys';

/** The put of DM's configuration of a task on a source: the beginning of what DM writes. */
export function subtaskPut(task: TaskName, source: SourceId, mode: Mode): Mutation {
  const value = `is-sharding = true\nshard-mode = "${mode}"\nsource-id = ${JSON.stringify(source)}\nname = ${JSON.stringify(task)}\nmode = "all"\nmeta-schema = "dm_meta"\n\n[from]\n  host = "127.0.0.1"\n  port = 3306\n`;
  return { kind: 'put', key: formatDmKey({ kind: 'subtask', source, task }), value };
}

/** The puts by which a DM worker is registered, alive, and bound to a source. */
export function workerPuts(worker: string, source: SourceId): Mutation[] {
  return [
    {
      kind: 'put',
      key: formatDmKey({ kind: 'registered-worker', worker }),
      value: JSON.stringify({ name: worker, addr: '127.0.0.1:8262' }),
    },
    {
      kind: 'put',
      key: formatDmKey({ kind: 'alive-worker', worker }),
      value: JSON.stringify({ 'worker-name': worker, 'join-time': '2026-03-01T03:00:00.123456789+01:00' }),
    },
    {
      kind: 'put',
      key: formatDmKey({ kind: 'bound-worker', worker }),
      value: JSON.stringify({ worker, source }),
    },
  ];
}
