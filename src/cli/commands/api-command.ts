import { LockstepError } from '../../core/model/error';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { CONNECTION_FLAGS, connect } from '../client/connect';
import type { ApiClient } from '../client/api-client';
import { CONFIG_FLAG, HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { tellFailure } from '../show/failure';
import { outputFlags, present } from '../show/report';
import type { Report } from '../show/report';
import { hintNextStep } from './next-step';

/** What a command comes to: the answer, and the exit status if that isn't 0. */
export interface ApiAnswer {
  readonly report: Report;
  readonly status?: number;
  /** What went wrong if the answer says so; null: nothing. */
  readonly failure?: ErrorCode | null;
}

/** A command of our own that asks a server and answers in any form, as a table if nobody says. */
export function apiCommand(
  command: Omit<Command, 'run'> & {
    readonly answer: (client: ApiClient, options: Options, io: Io) => Promise<ApiAnswer>;
  },
): Command {
  const { answer, flags, ...rest } = command;
  return {
    ...rest,
    flags: [...flags, ...outputFlags('table'), ...CONNECTION_FLAGS, CONFIG_FLAG, HELP_FLAG],
    run: async (options, io) => {
      const client = connect(options, io);
      try {
        const { report, status = 0, failure = null } = await answer(client, options, io);
        present(report, options, io);
        if (failure !== null) await hintNextStep(failure, client, options, io);
        return status;
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        const status = tellFailure(error, io);
        await hintNextStep(error.code, client, options, io);
        return status;
      }
    },
  };
}
