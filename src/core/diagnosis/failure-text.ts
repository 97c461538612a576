import type { FailureRecord } from '../model/records';
import type { Revision } from '../model/revision';
import { timeText } from './words';

/**
 * Why a worker couldn't carry out an operation, as the end of a sentence about it; nothing if what it said was about another
 * operation.
 */
export function failureText(failure: FailureRecord, operation: Revision): string {
  const { operationRevision, isWorking, reason, retryable, atMs } = failure;
  if (operationRevision !== operation) return '';
  if (isWorking) return `; it said at ${timeText(atMs)} that it is still at work`;
  return `; it failed at ${timeText(atMs)}: ${reason}${retryable ? ' (it goes on trying)' : ''}`;
}
