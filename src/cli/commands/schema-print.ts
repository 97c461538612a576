import { readSchema } from '../client/documents';
import { HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';

/** `schema print`. */
export const schemaPrint: Command = {
  name: 'schema print',
  summary: 'the GraphQL schema of this version, for routers and code generators',
  arguments: [],
  flags: [HELP_FLAG],
  run: (_options, io) => {
    io.out.write(readSchema());
    return Promise.resolve(0);
  },
};
