import { LockstepError } from '../../core/model/error';
import type { Outcome } from '../client/actions';
import { runAction } from '../client/actions';
import type { ApiClient, Variables } from '../client/api-client';
import type { DocumentName } from '../client/documents';
import type { Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import { hint } from '../show/report';

/** The flags of every command that acts. */
export const ACTION_FLAGS: readonly Flag[] = [
  { name: 'dry-run', kind: 'switch', help: 'only say what would be done' },
  { name: 'reason', kind: 'text', value: 'TEXT', help: 'why; kept in the audit trail' },
];

/** How long each wait for workers lasts, in actions that wait. */
export const WAIT_FLAG: Flag = {
  name: 'wait',
  kind: 'text',
  value: 'SECONDS',
  help: 'how long each wait for workers may last, up to 20',
  initial: '10',
};

/** @throws LockstepError INVALID_INPUT for what isn't a number of seconds */
export function waitOf(options: Options): { readonly waitMs: number } {
  const text = options.textOr('wait', '');
  if (/^\d{1,2}$/u.test(text) && Number(text) <= 20) return { waitMs: Number(text) * 1000 };
  throw new LockstepError('INVALID_INPUT', `--wait is a number of seconds from 0 to 20, not ${JSON.stringify(text)}`, {
    field: 'wait',
  });
}

/** Ask for an action, with what is to be said of it, and tell on the error output while it goes on. */
export async function act(
  client: ApiClient,
  name: DocumentName,
  input: Variables,
  options: Options,
  io: Io,
): Promise<Outcome> {
  const reason = options.text('reason');
  const said = { ...input, ...(reason === null ? {} : { reason }), dryRun: options.isOn('dry-run') };
  const outcome = await runAction(client, name, said, ({ id, state }) =>
    hint(`action ${id ?? ''} is ${state.toLowerCase()}; waiting for its end`, options, io),
  );
  const pending = outcome.failure?.code === 'ACTION_PENDING' ? outcome.action?.id : null;
  if (pending != null) hint(`It goes on by itself; ask for it with: lockstep action ${pending}`, options, io);
  return outcome;
}

/** What an action came to, for people. */
export function outcomeText(outcome: Outcome, done: string, paper: Paper): string {
  const { failure, changes, dryRun, workers, action } = outcome;
  const lines = [headOf(outcome, done, paper)];
  if (failure !== null) lines.push(wrap(failure.help, paper.columns, '  '));
  if (changes.length > 0) lines.push(dryRun ? 'It would:' : 'What was done:');
  lines.push(...changes.map((change) => wrap(harmless(change), paper.columns, '  - ', '    ')));
  for (const { sourceId, result, failure: why } of workers) {
    const how = result ? paper.styled('green', 'ok') : paper.styled('red', 'failed');
    lines.push(
      wrap(harmless(`${sourceId}: ${how}${why === null ? '' : `: ${why.message}`}`), paper.columns, '  ', '    '),
    );
  }
  if (action?.id != null) lines.push(paper.styled('dim', `action ${action.id}`));
  return `${lines.join('\n')}\n`;
}

function headOf({ failure, dryRun }: Outcome, done: string, paper: Paper): string {
  if (failure !== null) return paper.styled('red', wrap(harmless(failure.message), paper.columns));
  return dryRun ? paper.styled('yellow', 'Dry run: nothing was done.') : paper.styled('green', done);
}

/** What an action came to, for programs. */
export function outcomeJson({ failure, changes, dryRun, workers, action }: Outcome): object {
  return { result: failure === null, dryRun, failure, changes, workers, action };
}
