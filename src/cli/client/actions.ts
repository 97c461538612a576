import { LockstepError } from '../../core/model/error';
import { ErrorCatalogue } from '../../core/model/error-catalogue';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { JsonValue } from '../../core/wire/json-reader';
import { isErrorCode } from './api-client';
import type { ApiClient, Variables } from './api-client';
import type { DocumentName } from './documents';

/** Why an action, or its part for a source, failed. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly help: string;
}

/** How it went for a source. */
export interface WorkerOutcome {
  readonly sourceId: string;
  readonly result: boolean;
  readonly failure: Failure | null;
}

/** A manual action as the server tells of it. */
export interface Action {
  /** Null in a dry run. */
  readonly id: string | null;
  readonly kind: string;
  readonly state: string;
  readonly taskName: string;
  readonly lockId: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly askedAt: string;
  readonly endedAt: string | null;
  readonly failure: Failure | null;
  readonly workers: readonly WorkerOutcome[];
  readonly changes: readonly string[];
}

/** How a request of a person ended. */
export interface Outcome {
  /** Null: it succeeded. */
  readonly failure: Failure | null;
  readonly workers: readonly WorkerOutcome[];
  /** What was done, or in a dry run would be. */
  readonly changes: readonly string[];
  readonly dryRun: boolean;
  /** Null if it was refused before it was recorded. */
  readonly action: Action | null;
}

/** How often an action that goes on is asked for, in milliseconds. */
const POLL_MS = 300;

/** For how long, in milliseconds: an unlock waits twice, for 20 seconds at most each. */
const PATIENCE_MS = 60_000;

/**
 * Ask for a manual action, and wait until it has ended.
 * @param progress told when the request has been answered but the action goes on
 */
export async function runAction(
  client: ApiClient,
  name: DocumentName,
  input: Variables,
  progress: (action: Action) => void,
): Promise<Outcome> {
  const answer = await client.ask(name, { input });
  const outcome = readOutcome(answer);
  const { action, failure } = outcome;
  if (failure?.code !== 'ACTION_PENDING' || action === null) return outcome;
  progress(action);
  return (await untilEnded(client, action)) ?? outcome;
}

function readOutcome(answer: JsonValue): Outcome {
  const failure = answer.field('code').isPresent ? readFailure(answer) : null;
  const action = answer.field('action').nullable(readAction);
  const workers = answer.field('workers').or<WorkerOutcome[]>([], (list) => list.list(readWorker));
  return {
    failure,
    action,
    workers: workers.length > 0 ? workers : (action?.workers ?? []),
    changes: answer.field('changes').or<readonly string[]>(action?.changes ?? [], readTexts),
    dryRun: answer.field('dryRun').or(false, (value) => value.boolean()),
  };
}

/** Null: it went on for longer than anybody waits. */
async function untilEnded(client: ApiClient, { id }: Action): Promise<Outcome | null> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const action = await findAction(client, id ?? '');
    if (action.endedAt === null) continue;
    const { failure, workers, changes } = action;
    return { failure, workers, changes, dryRun: false, action };
  }
  return null;
}

/** @throws LockstepError ACTION_NOT_FOUND */
export async function findAction(client: ApiClient, id: string): Promise<Action> {
  const action = (await client.ask('ShardAction', { id })).nullable(readAction);
  if (action !== null) return action;
  throw new LockstepError('ACTION_NOT_FOUND', `there is no action ${id}, or not any more`, { id });
}

/** An action as the documents select it. */
export function readAction(value: JsonValue): Action {
  const text = (name: string): string => value.field(name).text();
  const optional = (name: string): string | null => value.field(name).nullable((field) => field.text());
  return {
    id: optional('id'),
    kind: text('kind'),
    state: text('state'),
    taskName: text('taskName'),
    lockId: optional('lockId'),
    actor: text('actor'),
    reason: text('reason'),
    askedAt: text('askedAt'),
    endedAt: optional('endedAt'),
    failure: value.field('failure').nullable(readFailure),
    workers: value.field('workers').list(readWorker),
    changes: readTexts(value.field('changes')),
  };
}

function readWorker(value: JsonValue): WorkerOutcome {
  return {
    sourceId: value.field('sourceId').text(),
    result: value.field('result').boolean(),
    failure: value.field('failure').nullable(readFailure),
  };
}

/** An error of a union, or of an action. A newer server may have codes that this program doesn't know. */
function readFailure(value: JsonValue): Failure {
  const code = value.field('code').text();
  return {
    code: isErrorCode(code) ? code : 'PROTOCOL_BROKEN',
    message: value.field('message').text(),
    help: value.field('help').text(),
  };
}

/** The exit status of a command that asked for an action. */
export function exitStatusOf({ failure }: Outcome): number {
  return failure === null ? 0 : ErrorCatalogue[failure.code].exitStatus;
}

function readTexts(value: JsonValue): string[] {
  return value.list((text) => text.text());
}
