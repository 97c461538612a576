import type { SourceId } from '../model/names';
import type { PessimisticOrder } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';

/** One source's part in a pessimistic lock. Only its lock changes it, because the lock counts. */
export class Participant {
  /** Has it reported the lock's DDLs? */
  ready = false;
  /** Has it carried out its part? */
  done = false;
  /** The last info that counted for the lock; 0: none. */
  infoRevision: Revision = NO_REVISION;
  /** Whether that info is stored still: its worker waits for an operation. */
  waiting = false;
  /** What it was told and hasn't acknowledged; null: nothing. */
  order: PessimisticOrder | null = null;
  /** The revision at which its last operation was put; 0: never. */
  orderRevision: Revision = NO_REVISION;
  /** The revision of its stored record; 0: none is. */
  recordRevision: Revision = NO_REVISION;

  constructor(readonly source: SourceId) {}

  /** It reported again after it had done its part: it is told to skip, and that moves nothing else (deviation P7). */
  get isAsking(): boolean {
    return this.done && this.waiting;
  }
}

/** What may change of a part. */
export type PartChange = Partial<
  Pick<Participant, 'ready' | 'done' | 'infoRevision' | 'waiting' | 'order' | 'orderRevision'>
>;

/** What a stored record tells of a part; where none is stored, that it hasn't begun. */
export type ToldPart = Readonly<Pick<Participant, 'ready' | 'done' | 'infoRevision' | 'order'>>;

/** What the absence of a record tells. */
export const UNTOLD_PART: ToldPart = { ready: false, done: false, infoRevision: NO_REVISION, order: null };

/** Whether two parts say the same. */
export function isSamePart(a: ToldPart, b: ToldPart): boolean {
  return a.ready === b.ready && a.done === b.done && a.infoRevision === b.infoRevision && a.order === b.order;
}
