import type { LockstepError } from '../../core/model/error';
import type { Io } from '../io';
import { harmless } from './lines';

/** Tell a person, who can't be shown a stack, what is wrong and what to do. @returns the exit status */
export function tellFailure({ message, help, code, exitStatus }: LockstepError, io: Io): number {
  // What is wrong with a command line, the message says itself.
  const more = code === 'INVALID_INPUT' ? '' : `${help}\n`;
  io.err.write(`lockstep: ${harmless(message)}\n${more}`);
  return exitStatus;
}
