import { describe, expect, it } from '@jest/globals';
import type { RemedyKind } from '../../../src/core/diagnosis/remedy';
import { ErrorCatalogue } from '../../../src/core/model/error-catalogue';
import { useStoreServer } from '../../support/use-server';
import { carryOut, diagnose, problemsOf } from '../../graphql/diagnosis';
import type { Remedy } from '../../graphql/diagnosis';
import { until } from '../../graphql/operator-requests';
import { lockOf } from '../../graphql/plain-worker';
import { runCommand, shellWords } from '../run-command';
import { EXCLUSION_CASES } from './exclusion-cases';
import { OPTIMISTIC_CASES } from './optimistic-cases';
import { PESSIMISTIC_CASES } from './pessimistic-cases';
import type { Cases, Situation } from './situation';

const server = useStoreServer();

/** Every kind of remedy has cases: without them this doesn't compile. */
const CASES: Cases<RemedyKind> = { ...OPTIMISTIC_CASES, ...PESSIMISTIC_CASES, ...EXCLUSION_CASES };
const ROWS = Object.entries(CASES).flatMap(([kind, situations]) =>
  Object.entries(situations).map(([what, make]) => ({ kind, what, make })),
);

/** How long each wait for workers may last, in seconds: those who don't answer in a test never will. */
const WAIT_S = 1;

/** The remedy of a kind, as soon as there is one. */
async function remedyOf(task: string, kind: string, { at, words = '' }: Situation): Promise<Remedy> {
  const read = async (): Promise<readonly Remedy[]> =>
    at === 'problems'
      ? (await problemsOf(server.url, task)).flatMap(({ remedies }) => remedies)
      : ((await diagnose(server.url, at?.lockId ?? lockOf(task)))?.remedies ?? []);
  const fits = (remedy: Remedy): boolean =>
    remedy.kind === kind.toUpperCase().replaceAll('-', '_') && remedy.command.includes(words);
  const found = (await until(read, (remedies) => remedies.some(fits))).find(fits);
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** As a person does: the printed line in a shell. Its exit status. */
async function byCommand({ command }: Remedy): Promise<number> {
  const [program, ...words] = shellWords(command);
  expect(program).toBe('lockstep');
  const wait = words[0] === 'unlock-ddl-lock' || words[0] === 'break-ddl-lock' ? ['--wait', String(WAIT_S)] : [];
  const { status } = await runCommand([...words, ...wait], { environment: { LOCKSTEP_SERVER: server.url } });
  return status;
}

/** As a program does: the document with its variables. What a command would end with. */
async function byMutation(remedy: Remedy): Promise<number> {
  const { input } = JSON.parse(remedy.variables) as { input: object };
  const waits = /unlockShardLock|breakShardLock/u.test(remedy.mutation) ? { waitMs: WAIT_S * 1_000 } : {};
  const variables = JSON.stringify({ input: { ...input, ...waits } });
  const { code } = await carryOut(server.url, { ...remedy, variables });
  return code === undefined ? 0 : ErrorCatalogue[code as keyof typeof ErrorCatalogue].exitStatus;
}

describe.each([
  { road: 'its command', run: byCommand },
  { road: 'its mutation', run: byMutation },
])('each remedy, carried out by $road, does what it says', ({ road, run }) => {
  it.each(ROWS)(
    '$kind: $what',
    async ({ kind, what, make }) => {
      const task = `${kind}-${road.slice(4, 7)}-${what}`.toLowerCase().replaceAll(/[^a-z]+/gu, '-');
      const situation = await make({ url: server.url, store: server.store, task });
      const remedy = await remedyOf(task, kind, situation);
      expect(remedy.effect).toMatch(situation.effect);
      const { failure } = situation;
      const [status] = await Promise.all([run(remedy), situation.meanwhile?.()]);
      expect(status).toBe(failure === undefined ? 0 : ErrorCatalogue[failure].exitStatus);
      await situation.holds();
    },
    30_000,
  );
});
