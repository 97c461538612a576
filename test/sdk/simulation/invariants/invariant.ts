import type { Batch, Change } from '../../../../src/core/model/store';
import type { CoordinatorState } from '../../../../src/core/state/coordinator-state';

/** The changes of one revision, and the state of somebody who reads them. */
export interface Step {
  readonly batch: Batch;
  readonly state: CoordinatorState;
}

/** Something that holds at every revision, whatever goes wrong. */
export interface Invariant {
  /** As in the sentence "… doesn't hold". */
  readonly name: string;
  /** Look at the state before the changes, if that is needed. */
  readonly before?: (step: Step) => void;
  /** What is wrong after the changes, in words. */
  readonly after: (step: Step) => readonly string[];
}

export type Put = Extract<Change, { kind: 'put' }>;

/** What was put. */
export function putsOf({ changes }: Batch): Put[] {
  return changes.filter((change) => change.kind === 'put');
}

/** The keys that were deleted. */
export function deletedKeys({ changes }: Batch): string[] {
  return changes.flatMap(({ kind, key }) => (kind === 'delete' ? [key] : []));
}
