import { completionScript, SHELLS } from '../grammar/completion';
import { HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';

/** `completion`, for the given commands and itself. */
export function completionOf(commands: readonly Command[]): Command {
  const completion: Command = {
    name: 'completion',
    summary: 'a script that completes commands and flags in a shell',
    details: 'The first example is for bash, the second one for zsh, the third one for fish.',
    examples: [
      'source <(lockstep completion bash)',
      'lockstep completion zsh > "${fpath[1]}/_lockstep"',
      'lockstep completion fish | source',
    ],
    arguments: [{ name: 'shell', help: SHELLS.join(', '), choices: SHELLS }],
    flags: [HELP_FLAG],
    run: (options, io) => {
      const shell = SHELLS.find((name) => name === options.argument(0));
      if (shell !== undefined) io.out.write(completionScript(shell, [...commands, completion]));
      return Promise.resolve(0);
    },
  };
  return completion;
}
