/**
 * What an optimistic operation says about conflicts, in the words that DM stores (1-domain.md):
 * `none`, `detected` (a person decides), `resolved` (redirect: go back and replay), `unlocked` (a person decided),
 * `skip and wait for redirect` (others must follow first), `error`.
 */
export const ConflictStages = [
  'none',
  'detected',
  'resolved',
  'unlocked',
  'skip and wait for redirect',
  'error',
] as const;

/** One of the conflict stages. */
export type ConflictStage = (typeof ConflictStages)[number];

/** Whether an operation of this stage is to be carried out, and acknowledged then; all others are only obeyed. */
export function asksForExecution(stage: ConflictStage): stage is 'none' | 'unlocked' {
  return stage === 'none' || stage === 'unlocked';
}

/** The stages of an operation that leave its table waiting for a person or for other tables. */
export type BlockingStage = 'detected' | 'skip and wait for redirect' | 'error';

/** Whether a stage leaves its table waiting. */
export function isBlockingStage(stage: ConflictStage): stage is BlockingStage {
  return stage === 'detected' || stage === 'skip and wait for redirect' || stage === 'error';
}
