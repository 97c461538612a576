import { CONNECTION_FLAGS, connect } from '../client/connect';
import type { ApiClient } from '../client/api-client';
import { CONFIG_FLAG, HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { outputFlags, present } from '../show/report';
import type { Report } from '../show/report';

/** What a command comes to: the answer, and the exit status if that isn't 0. */
export interface ApiAnswer {
  readonly report: Report;
  readonly status?: number;
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
      const { report, status = 0 } = await answer(connect(options, io), options, io);
      present(report, options, io);
      return status;
    },
  };
}
