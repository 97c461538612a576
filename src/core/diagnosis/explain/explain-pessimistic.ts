import { LockstepError } from '../../model/error';
import { invariant } from '../../model/invariant';
import { formatLockId } from '../../model/lock-id';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../../model/names';
import { NO_REVISION } from '../../model/revision';
import { tableKey } from '../../model/table-key';
import type { TableKey } from '../../model/table-key';
import { PessimisticLock } from '../../pessimistic/lock';
import { ddlsText, listText, tableText } from '../words';
import { reportedDdls } from './rollout';
import type { ExplainedStep, RolloutStep } from './rollout';

/** A pessimistic rollout to explain. */
export interface PessimisticRollout {
  readonly task: TaskName;
  readonly target: DownstreamTable;
  readonly tables: readonly UpstreamTable[];
  /** Sources of the task that have no tables among these. */
  readonly otherSources: readonly SourceId[];
  readonly steps: readonly RolloutStep[];
}

/** One source: the statements that each of its tables has met and that its group hasn't reported. */
interface SourceGroup {
  readonly source: SourceId;
  readonly met: Map<TableKey, (readonly string[])[]>;
  /** What it has reported and waits for; null: nothing. */
  waiting: readonly string[] | null;
}

/**
 * What each statement of a rollout would come to, if workers carry out at once what they are told: a source reports when all
 * of its tables have met the same, and the owner executes when all sources have reported. Nothing outside is touched.
 * @throws LockstepError of a statement that can't be read, or of a table that isn't known
 */
export function explainPessimistic(rollout: PessimisticRollout): ExplainedStep[] {
  const run = new PessimisticRun(rollout);
  return rollout.steps.map((step) => run.take(step));
}

class PessimisticRun {
  readonly #groups = new Map<SourceId, SourceGroup>();
  #lock: PessimisticLock | null = null;

  constructor(private readonly rollout: PessimisticRollout) {
    const { task, tables, otherSources } = rollout;
    for (const source of otherSources) this.#groups.set(source, { source, met: new Map(), waiting: null });
    for (const table of tables) {
      const group = this.#groups.get(table.source) ?? { source: table.source, met: new Map(), waiting: null };
      this.#groups.set(table.source, group);
      group.met.set(tableKey(task, table), []);
    }
  }

  take(step: RolloutStep): ExplainedStep {
    const { task, target } = this.rollout;
    const ddls = reportedDdls(step, target);
    const group = this.#groups.get(step.table.source);
    const met = group?.met.get(tableKey(task, step.table));
    if (group === undefined || met === undefined) {
      const message = `${tableText(step.table)} is not among the tables of the rollout`;
      throw new LockstepError('INVALID_INPUT', message, { field: 'steps' });
    }
    met.push(ddls);
    const sentences: string[] = [];
    const executed: string[] = [];
    const reported = (group.waiting === null ? this.#report(group, sentences) : null) ?? [];
    if (reported.length === 0) sentences.push(formingSentence(group));
    let resolved = false;
    while (this.#settle(sentences, executed)) {
      resolved = true;
      for (const other of this.#groups.values()) if (other.waiting === null) this.#report(other, sentences);
    }
    const sentence = sentences.join(' ');
    return { ...step, reported, replayed: false, stage: null, executed, joined: null, resolved, sentence };
  }

  /** Report what all tables of the source have met; null: they haven't. */
  #report(group: SourceGroup, sentences: string[]): readonly string[] | null {
    const heads = [...group.met.values()].map(([first]) => first);
    const [ddls] = heads;
    if (ddls === undefined || heads.some((head) => JSON.stringify(head) !== JSON.stringify(ddls))) return null;
    for (const met of group.met.values()) met.shift();
    group.waiting = ddls;
    sentences.push(this.#join(group.source, ddls));
    return ddls;
  }

  /** The source takes part in the lock, or makes it, or contradicts it. */
  #join(source: SourceId, ddls: readonly string[]): string {
    const { task, target } = this.rollout;
    const lock = (this.#lock ??= this.#newLock({ id: formatLockId(task, target), task, target, ddls }, source));
    if (!lock.matches(ddls)) {
      lock.addConflict(source, { infoRevision: NO_REVISION, ddls });
      return `Source ${source} reports other DDLs than the lock (${ddlsText(ddls)} instead of ${ddlsText(lock.origin.ddls)}) and waits until that has ended.`;
    }
    lock.takeInfo(source, NO_REVISION);
    const missing = lock.active.filter(({ ready }) => !ready).map((part) => part.source);
    return missing.length === 0
      ? `Source ${source} reports it, as the last one.`
      : `Source ${source} reports it and waits for ${listText(missing)}.`;
  }

  #newLock(origin: Omit<PessimisticLock['origin'], 'incarnation'>, owner: SourceId): PessimisticLock {
    const lock = new PessimisticLock({ ...origin, incarnation: NO_REVISION }, owner);
    lock.declared = true;
    lock.addSources([...this.#groups.keys()]);
    return lock;
  }

  /** Carry out what the lock orders until it has ended. Whether it has. */
  #settle(sentences: string[], executed: string[]): boolean {
    const lock = this.#lock;
    if (lock?.synced !== true) return false;
    const skipped: SourceId[] = [];
    for (let due = lock.dueOrders; due.length > 0; due = lock.dueOrders) {
      for (const { source, order } of due) {
        lock.takeOrder(source, order, NO_REVISION);
        invariant(lock.acknowledge(source, order), 'a worker acknowledges what it was told');
        lock.leaveInfo(source);
        const group = this.#groups.get(source);
        if (group !== undefined) group.waiting = null;
        if (order === 'skip') skipped.push(source);
        else {
          executed.push(...lock.origin.ddls);
          sentences.push(
            `All sources have reported: owner ${source} executes ${ddlsText(lock.origin.ddls)} downstream.`,
          );
        }
      }
    }
    if (!lock.resolved) return false;
    sentences.push(`${skipped.length === 0 ? '' : `Then ${listText(skipped)} skip it. `}The lock is resolved.`);
    const late = [...lock.conflicts];
    this.#lock = null;
    for (const [source, { ddls }] of late) sentences.push(this.#join(source, ddls));
    return true;
  }
}

function formingSentence({ source, met, waiting }: SourceGroup): string {
  if (waiting !== null) return `Source ${source} does not get here: it waits with ${ddlsText(waiting)}.`;
  const missing = [...met.values()].filter((statements) => statements.length === 0).length;
  if (missing > 0) {
    return `${met.size - missing} of ${met.size} tables of source ${source} have met it; the source reports when all have.`;
  }
  return `The tables of source ${source} have met different statements, so the source cannot report.`;
}
