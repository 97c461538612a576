import { LockstepError } from '../core/model/error';
import { ExitStatus } from '../core/model/error-catalogue';
import { VERSION } from '../core/model/version';
import { COMMANDS, COMMAND_GROUPS } from './commands';
import { parseCommandLine } from './grammar/command-line';
import { commandText, overviewText } from './grammar/help-text';
import type { Io } from './io';
import { tellFailure } from './show/failure';

/** The exit status of a command that a signal ended, as shells know it. */
const INTERRUPTED_STATUS = 130;

/**
 * Run one command line. @returns the exit status
 * @throws whatever isn't an operating error: a defect keeps its stack
 */
export async function runProgram(words: readonly string[], io: Io): Promise<number> {
  try {
    const parsed = parseCommandLine(words, COMMANDS, io.environment);
    switch (parsed.kind) {
      case 'overview':
        (parsed.asked ? io.out : io.err).write(overviewText(COMMAND_GROUPS));
        return parsed.asked ? 0 : ExitStatus.BAD_INPUT;
      case 'help':
        io.out.write(commandText(parsed.command));
        return 0;
      case 'version':
        io.out.write(`lockstep ${VERSION}\n`);
        return 0;
      case 'run':
        return await parsed.options.command.run(parsed.options, io);
    }
  } catch (error) {
    if (error instanceof LockstepError) return tellFailure(error, io);
    if (io.interrupted.aborted) return INTERRUPTED_STATUS;
    throw error;
  }
}
