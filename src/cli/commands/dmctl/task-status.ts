import { quoteTable } from '../../../core/model/quote';
import type { DmctlGroup, DmctlSubTask, DmctlWorkerStatus } from '../../../core/wire/dmctl-status';
import type { JsonValue } from '../../../core/wire/json-reader';

/** What each source of a task does, in the order of the sources: also those whose worker isn't there. */
export function statusesOf(task: JsonValue): DmctlWorkerStatus[] {
  const name = task.field('name').text();
  const byWorker = task.field('workers').list((worker) =>
    worker
      .field('assignments')
      .list((each) => each)
      .filter((each) => each.field('taskName').is(name)),
  );
  const assignments = new Map(byWorker.flat().map((each) => [each.field('sourceId').text(), each]));
  return task.field('sources').list((source) => statusOf(name, source, assignments));
}

function statusOf(task: string, value: JsonValue, assignments: ReadonlyMap<string, JsonValue>): DmctlWorkerStatus {
  const source = value.field('id').text();
  const assignment = assignments.get(source);
  if (assignment === undefined) {
    const last = value.field('status').nullable((status) => status.field('error').nullable((error) => error.text()));
    const msg = `no worker of source ${source} is registered for task ${task}`;
    return {
      result: false,
      worker: source,
      msg: last === null ? msg : `${msg}; the last that it said: ${last}`,
      subTasks: [],
    };
  }
  const dm = assignment.field('dm');
  if (dm.isPresent) return statusOfDm(task, source, dm);
  return { result: true, worker: source, msg: '', subTasks: [subTaskOf(task, assignment)] };
}

/** What the store tells of a worker of DM: what it waits with, and whether it lives. */
function statusOfDm(task: string, source: string, dm: JsonValue): DmctlWorkerStatus {
  const isAlive = dm.field('alive').boolean();
  const subTask = {
    name: task,
    stage: isAlive ? 'Unknown' : 'Offline',
    error: null,
    unresolvedDdlLockId: dm.field('blockingLockId').or('', (id) => id.text()),
    blockingDdls: texts(dm.field('blockingDdls')),
    unresolvedGroups: [],
    synced: false,
  };
  return { result: isAlive, worker: source, msg: dm.field('unknownBecause').text(), subTasks: [subTask] };
}

function subTaskOf(name: string, assignment: JsonValue): DmctlSubTask {
  const status = assignment.field('status');
  if (!status.isPresent) {
    const nothing = { unresolvedDdlLockId: '', blockingDdls: [], unresolvedGroups: [] };
    return { name, stage: 'Running', error: null, ...nothing, synced: false };
  }
  const blockingDdls = texts(status.field('blockingDdls'));
  const unresolvedGroups = status.field('formingGroups').list(groupOf);
  return {
    name,
    stage: capitalised(status.field('stage').text()),
    error: status.field('error').nullable((error) => error.text()),
    unresolvedDdlLockId: status.field('blockingLockId').or('', (id) => id.text()),
    blockingDdls,
    unresolvedGroups,
    synced: status.field('delayMs').is(0) && blockingDdls.length === 0 && unresolvedGroups.length === 0,
  };
}

function groupOf(group: JsonValue): DmctlGroup {
  return {
    target: tableOf(group.field('target')),
    ddls: texts(group.field('ddls')),
    firstPos: group.field('firstPosition').text(),
    synced: group.field('synced').list(tableOf),
    unsynced: group.field('unsynced').list(tableOf),
  };
}

function tableOf(table: JsonValue): string {
  return quoteTable(table.field('schema').text(), table.field('table').text());
}

function texts(list: JsonValue): string[] {
  return list.list((text) => text.text());
}

/** DM writes stages with a capital. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
