import { LockstepError } from '../model/error';

/** Why a server that only observes does nothing that is asked of it. */
export function observerRefusal(): LockstepError {
  return new LockstepError('READ_ONLY', 'this server only observes; a dm-master decides, and is reached by dmctl');
}
