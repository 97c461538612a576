import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import type { Clock, StopTimer } from '../../ports/clock';
import { compactionTarget } from '../revisioned/retention';
import type { Retention } from '../revisioned/retention';
import type { GroupCommit } from './group-commit';
import type { Tables } from './tables';

/** A key whose value names the oldest revision that somebody will still read: neither it nor a later one goes. */
export interface KeepFrom {
  readonly key: string;
  /** Null: the value names none. */
  readonly revisionIn: (value: string) => Revision | null;
}

/** How often old revisions are looked for, whatever is written. */
const INTERVAL_MS = 60_000;

/** Revisions that are dropped in one request when nothing else is written, so that others aren't held up. */
const REVISIONS_PER_STEP = 200;

/** Revisions that are dropped for each one that was written since the last step: more are dropped than come. */
const DROPPED_PER_WRITTEN = 2;

/** Drops old revisions, by age and by count, in small steps between the other requests. */
export class Compactor {
  #stopTimer: StopTimer | null = null;
  #running = false;
  #lookedAt: Revision;

  /** @param onFailure called if a step can't be written */
  constructor(
    private readonly tables: Tables,
    private readonly commits: GroupCommit,
    private readonly clock: Clock,
    private readonly kept: { readonly retention: Retention; readonly keepFrom: KeepFrom | null },
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#lookedAt = tables.lastRevision();
    this.#schedule();
  }

  /** Look whether there are too many revisions; called with each commit. */
  notice(last: Revision): void {
    const step = Math.max(1_000, this.kept.retention.maxRevisions / 10);
    if (last - this.#lookedAt >= step) this.#compact(last);
  }

  /** Drop every revision before this one, which is kept. */
  async compactTo(target: Revision): Promise<void> {
    let steppedAt = this.tables.lastRevision();
    const step = () => {
      const last = this.tables.lastRevision();
      const count = Math.max(REVISIONS_PER_STEP, (last - steppedAt) * DROPPED_PER_WRITTEN);
      steppedAt = last;
      return this.#drop(target, count);
    };
    while (await this.commits.write(step));
  }

  /** Begin no more. */
  close(): void {
    this.#stopTimer?.();
  }

  #compact(last: Revision): void {
    if (this.#running || last === 0) return;
    this.#lookedAt = last;
    const oldest = Math.max(1, this.tables.compactedRevision());
    const old = compactionTarget({ oldest, last }, this.kept.retention, this.clock.wallMs(), (revision) =>
      this.tables.readMadeMs(revision),
    );
    const target = Math.min(old, this.#keptFrom() ?? old);
    if (target <= oldest) return;
    this.#running = true;
    this.compactTo(parseRevision(target))
      .catch(this.onFailure)
      .finally(() => {
        this.#running = false;
      });
  }

  #keptFrom(): Revision | null {
    const { keepFrom } = this.kept;
    const stored = keepFrom === null ? null : this.tables.get(keepFrom.key);
    return keepFrom === null || stored === null ? null : keepFrom.revisionIn(stored.value);
  }

  /** Drop some revisions, in a writing transaction. @returns whether there is more to drop */
  #drop(target: Revision, count: number): boolean {
    const oldest = Math.max(1, this.tables.compactedRevision());
    if (target <= oldest) return false;
    const end = Math.min(target, oldest + count);
    for (let revision = oldest; revision < end; revision += 1) this.tables.dropRevision(parseRevision(revision));
    if (end < target) return true;
    this.tables.dropReplaced(target);
    return false;
  }

  #schedule(): void {
    this.#stopTimer = this.clock.after(INTERVAL_MS, () => {
      this.#compact(this.tables.lastRevision());
      this.#schedule();
    });
  }
}
