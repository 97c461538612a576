import { setTimeout as sleep } from 'node:timers/promises';
import { ClientStopped } from '../support/api-client';
import type { ApiClient, MutationAnswer } from '../support/api-client';
import type { SeededRandom } from '../support/seeded-random';

/** Whom a worker speaks for. */
export interface WorkerIdentity {
  readonly worker: string;
  readonly task: string;
  readonly source: string;
  readonly mode: 'OPTIMISTIC' | 'PESSIMISTIC';
  /** All sources of the task, if the worker says them. */
  readonly expectedSources: readonly string[] | null;
}

/** How long a session lives without renewal, in milliseconds. */
const TTL_MS = 60_000;

/** How long a worker waits before it asks again for what was refused but can be tried again, in milliseconds. */
const RETRY_MS = 30;

/**
 * The session of a worker: sends its mutations until they are answered, registering again when the session was lost
 * (schema/PROTOCOL.md 2 and 3).
 */
export class WorkerSession {
  #session = { id: '', epoch: '0' };
  #registering: Promise<void> | null = null;

  constructor(
    private readonly client: ApiClient,
    readonly identity: WorkerIdentity,
    private readonly random: SeededRandom,
    /** What is put first in every session. */
    private readonly putTables: (session: WorkerSession) => Promise<void>,
  ) {}

  /** Begin a new session, in the place of the one that there may be. */
  async begin(): Promise<void> {
    this.#registering ??= this.#register().finally(() => (this.#registering = null));
    await this.#registering;
  }

  /** Let the session live on. Ends with the client. */
  async keepAlive(): Promise<void> {
    for (;;) {
      await sleep(TTL_MS / 4, undefined, { signal: this.client.signal }).catch(() => undefined);
      if (this.client.signal.aborted) return;
      await this.mutate('RenewShardWorker', {}).catch((error: unknown) => {
        if (!(error instanceof ClientStopped)) throw error;
      });
    }
  }

  /** A mutation with the session; errors that can be tried again are, others are given. */
  async mutate(name: string, input: object): Promise<MutationAnswer> {
    for (;;) {
      await this.#registering;
      const answer = await this.mutateOnce(name, input);
      if (answer['code'] === 'STALE_SESSION') await this.begin();
      else if (answer['retryable'] !== true && answer['code'] !== 'SOURCE_EXCLUDED') return answer;
      await sleep(RETRY_MS * (1 + this.random.next()));
    }
  }

  /** A mutation with the session, whatever is answered. */
  async mutateOnce(name: string, input: object): Promise<MutationAnswer> {
    const { task, source } = this.identity;
    return await this.client.mutate(name, { session: { task, source, ...this.#session }, ...input });
  }

  async #register(): Promise<void> {
    for (;;) {
      const answer = await this.client.mutate('RegisterShardWorker', { ...this.identity, ttlMs: TTL_MS });
      const session = answer['session'] as { readonly id: string; readonly epoch: string } | undefined;
      if (session !== undefined) {
        this.#session = { id: session.id, epoch: session.epoch };
        await this.putTables(this);
        return;
      }
      if (answer['retryable'] !== true) throw new Error(`not registered: ${JSON.stringify(answer)}`);
      await sleep(RETRY_MS);
    }
  }
}
