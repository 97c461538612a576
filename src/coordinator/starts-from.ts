import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import { LOCKSTEP_SETTLED_KEY } from '../core/wire/lockstep-keys';
import { readSettledRecord } from '../core/wire/settled-record';

/** Which stored value names the revision that a server that starts reads from: no store may forget it by itself. */
export const STARTS_FROM = {
  key: LOCKSTEP_SETTLED_KEY,
  /** Null: none that this program can read; a start begins at the last revision. */
  revisionIn(value: string): Revision | null {
    try {
      const reading = readSettledRecord(value, LOCKSTEP_SETTLED_KEY);
      return reading.kind === 'record' ? reading.record.revision : null;
    } catch (error) {
      if (error instanceof LockstepError) return null;
      throw error;
    }
  },
} as const;
