import type { Said } from '../model/records';
import type { SessionRef } from './session';

/** When a worker said what a message tells, for its record. */
export function saidBy({ epoch, sequence }: SessionRef): { readonly said?: Said } {
  return sequence == null ? {} : { said: { epoch, sequence } };
}

/** Whether a message comes late, or once more: its session has said what `known` tells at the same time or later. */
export function comesLate(
  { epoch, sequence }: SessionRef,
  known: { readonly said?: Said | undefined } | undefined,
): boolean {
  return sequence != null && known?.said?.epoch === epoch && sequence <= known.said.sequence;
}
