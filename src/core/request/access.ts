import { LockstepError } from '../model/error';
import type { Identity } from '../model/identity';
import type { SourceId, TaskName } from '../model/names';

/** What a request touches, as far as access depends on it. */
export type Access =
  /** Reads what belongs to one task. */
  | { readonly kind: 'read-task'; readonly task: TaskName }
  /** Reads what belongs to no task, or to all of them. */
  | { readonly kind: 'read-all' }
  /** Reads what one source of a task is told. */
  | { readonly kind: 'read-source'; readonly task: TaskName; readonly source: SourceId }
  /** Speaks for a source of a task. */
  | { readonly kind: 'work'; readonly task: TaskName; readonly source: SourceId }
  /** Acts by hand on a task. */
  | { readonly kind: 'operate'; readonly task: TaskName };

/**
 * Why `identity` may not do this; null: he may. A viewer and an operator read; a worker reads the tasks that he is bound to
 * and speaks for the sources that he is bound to; only an operator acts by hand. Nobody gets beyond the tasks that he is
 * bound to (7-operations.md, *Security*).
 */
export function refusalOf(identity: Identity, access: Access): LockstepError | null {
  switch (access.kind) {
    case 'read-all':
      if (!readsAll(identity)) return forbidden(identity, 'only viewers and operators read what is not of one task');
      return identity.tasks === null ? null : forbidden(identity, `name one of the tasks ${namesOf(identity.tasks)}`);
    case 'read-task':
      return outside(identity, access.task);
    case 'read-source':
      return (readsAll(identity) ? null : otherSource(identity, access.source)) ?? outside(identity, access.task);
    case 'work':
      if (!identity.roles.has('worker')) return forbidden(identity, 'only workers speak for a source');
      return otherSource(identity, access.source) ?? outside(identity, access.task);
    case 'operate':
      if (!identity.roles.has('operator')) return forbidden(identity, 'only operators act by hand');
      return outside(identity, access.task);
  }
}

/** Whether `identity` may see what belongs to `task`. */
export function maySee(identity: Identity, task: TaskName): boolean {
  return identity.tasks === null || identity.tasks.has(task);
}

function outside(identity: Identity, task: TaskName): LockstepError | null {
  return maySee(identity, task) ? null : forbidden(identity, `task ${task} is not among the tasks of this token`);
}

function otherSource(identity: Identity, source: SourceId): LockstepError | null {
  if (identity.sources === null || identity.sources.has(source)) return null;
  return forbidden(identity, `this worker does not speak for source ${source}`);
}

/** A worker alone reads what it needs for its work; viewers and operators read everything within their tasks. */
function readsAll({ roles }: Identity): boolean {
  return roles.has('viewer') || roles.has('operator');
}

function namesOf(tasks: ReadonlySet<TaskName>): string {
  return [...tasks].sort().join(', ');
}

function forbidden({ actor, roles }: Identity, reason: string): LockstepError {
  return new LockstepError('FORBIDDEN', reason, { actor, roles: [...roles].sort() });
}
