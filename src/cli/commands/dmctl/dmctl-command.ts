import { LockstepError } from '../../../core/model/error';
import type { ErrorCode } from '../../../core/model/error-catalogue';
import { writeDmctlResult } from '../../../core/wire/dmctl-json';
import { connect, CONNECTION_FLAGS } from '../../client/connect';
import type { ApiClient } from '../../client/api-client';
import { CONFIG_FLAG, HELP_FLAG } from '../../grammar/command-line';
import type { Command, Flag } from '../../grammar/command';
import type { Options } from '../../grammar/options';
import type { Io } from '../../io';
import { outputFlags, present } from '../../show/report';
import type { Report } from '../../show/report';
import { hintNextStep } from '../next-step';
import { dmctlMessage } from './failure-message';

/** What a command that dmctl has comes to: the answer and the exit status. */
export interface DmctlAnswer {
  readonly report: Report;
  readonly status: number;
  /** What went wrong; null: nothing. */
  readonly failure: ErrorCode | null;
}

/** Errors that dmctl tells as text: no server has decided anything. */
const BEFORE_ANY_ANSWER: ReadonlySet<ErrorCode> = new Set([
  'SERVER_UNREACHABLE',
  'PROTOCOL_BROKEN',
  'UNAUTHENTICATED',
  'INVALID_INPUT',
]);

/** A command that dmctl has: it answers with dmctl's JSON on the standard output, whatever the server says. */
export function dmctlCommand(
  command: Omit<Command, 'run'> & {
    readonly answer: (client: ApiClient, options: Options, io: Io) => Promise<DmctlAnswer>;
  },
): Command {
  const { answer, flags, ...rest } = command;
  const isShortFree = flags.every(({ short }) => short !== 'o');
  return {
    ...rest,
    flags: [...flags, ...commonFlags(isShortFree)],
    run: async (options, io) => {
      const client = connect(options, io);
      const { report, status, failure } = await answer(client, options, io).catch(refused);
      present(report, options, io);
      if (failure !== null) await hintNextStep(failure, client, options, io);
      return status;
    },
  };
}

function commonFlags(isShortFree: boolean): Flag[] {
  return [...outputFlags('json', isShortFree), ...CONNECTION_FLAGS, CONFIG_FLAG, HELP_FLAG];
}

function refused(error: unknown): DmctlAnswer {
  if (!(error instanceof LockstepError) || BEFORE_ANY_ANSWER.has(error.code)) throw error;
  const { code, message, help, exitStatus } = error;
  return {
    report: {
      json: writeDmctlResult(false, dmctlMessage(error)),
      full: { result: false, code, message, help },
      table: () => `${message}\n${help}\n`,
    },
    status: exitStatus,
    failure: code,
  };
}
