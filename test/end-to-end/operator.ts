import type { ApiClient, MutationAnswer } from '../support/api-client';
import type { SeededRandom } from '../support/seeded-random';
import type { Ledger } from './ledger';

/** A manual action: the mutation, its input's type, and its input without options. */
export interface ManualAction {
  readonly mutation: string;
  readonly type: string;
  readonly input: object;
}

/** A lock as the operator sees it. */
export interface SeenLock {
  readonly id: string;
  readonly mode: 'OPTIMISTIC' | 'PESSIMISTIC';
  readonly state: string;
  readonly participants: readonly {
    readonly sourceId: string;
    readonly synced: boolean;
    readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
    readonly conflictStage: string | null;
  }[];
}

const LOCKS = `{ shardLocks(first: 100, orderBy: ID) { nodes { id mode state participants(first: 100) { nodes {
  sourceId synced conflictStage upstreamTable { schema table } } } } } }`;

/** A person who acts by hand; every action has a key and is asked for twice, and both answers are of the same action. */
export class Operator {
  #keys = 0;

  constructor(
    private readonly client: ApiClient,
    private readonly ledger: Ledger,
    private readonly random: SeededRandom,
    readonly name: string,
  ) {}

  async locks(): Promise<SeenLock[]> {
    type Listed = Omit<SeenLock, 'participants'> & { readonly participants: { nodes: SeenLock['participants'] } };
    const { nodes } = await this.client.ask<{ readonly nodes: Listed[] }>(LOCKS);
    return nodes.map((node) => ({ ...node, participants: node.participants.nodes }));
  }

  /** Ask for an action under a new key; a second time at once or afterwards. The answer with its end. */
  async act(action: ManualAction, waitMs: number): Promise<MutationAnswer> {
    this.#keys += 1;
    const key = `${this.name}-${this.#keys}`;
    const first = this.ask(action, key, waitMs);
    if (this.random.oneIn(2)) await first;
    this.ledger.repetitions += 1;
    const answers = await Promise.all([first, this.ask(action, key, waitMs)]);
    const [one = '', other = ''] = answers.map(resultOf);
    if (one !== other) throw new Error(`the same key was answered otherwise: ${one}\n${other}`);
    this.ledger.actions.set(key, { key, result: one });
    this.#asked.set(key, { action, waitMs });
    return answers[0];
  }

  readonly #asked = new Map<string, { readonly action: ManualAction; readonly waitMs: number }>();

  /** Ask for everything again: the stored results come. */
  async repeatAll(): Promise<void> {
    for (const [key, { action, waitMs }] of this.#asked) {
      const again = resultOf(await this.ask(action, key, waitMs));
      const before = this.ledger.actions.get(key)?.result;
      if (again !== before) throw new Error(`the stored result is another one: ${before}\n${again}`);
    }
  }

  /** Ask for an action until it has ended. */
  async ask({ mutation, type, input }: ManualAction, idempotencyKey: string, waitMs: number): Promise<MutationAnswer> {
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename
      ... on ShardActionSuccess { changes action { id state failure { code } workers { sourceId result } } }
      ... on ShardActionPending { actionId }
      ... on ShardUserError { code message retryable } } }`;
    const reason = 'the storm wants it';
    for (;;) {
      const variables = { input: { ...input, idempotencyKey, reason, waitMs } };
      const answer = await this.client.ask<MutationAnswer>(document, variables);
      if (answer['code'] !== 'ACTION_PENDING') return answer;
    }
  }
}

/** An answer without what the time of asking decides. */
function resultOf(answer: MutationAnswer): string {
  return JSON.stringify({ ...answer, repeated: null });
}
