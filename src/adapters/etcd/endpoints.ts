import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3 } from 'etcd3';
import { LockstepError } from '../../core/model/error';
import type { Clock } from '../../ports/clock';
import { Connection } from './connection';
import { explainFailure, unavailable } from './etcd-errors';
import type { CallFailure } from './etcd-errors';
import { CALL_MS } from './etcd-options';
import type { EtcdOptions } from './etcd-options';

/** Whether something may be asked again when nobody knows whether it was done. */
export type Repeatable = 'repeatable' | 'once';

/** The members of one etcd. One connection is used at a time; one that fails is retired, and the next member's turn comes. */
export class Endpoints {
  #index = 0;
  #connection: Connection | null = null;
  readonly #open = new Set<Connection>();
  #closed = false;

  constructor(
    private readonly options: EtcdOptions,
    private readonly clock: Clock,
  ) {
    if (options.urls.length === 0)
      throw new LockstepError('INVALID_INPUT', 'no URL of an etcd is given', { field: 'etcd' });
  }

  /** Ask etcd. @throws LockstepError what etcd refused, or STORE_UNAVAILABLE */
  async call<T>(repeatable: Repeatable, ask: (client: Etcd3, options: CallOptions) => Promise<T>): Promise<T> {
    return await this.attempt(repeatable, (connection) => connection.call(ask));
  }

  /**
   * Try on the members in turn: each once, and the first again, since the first failure may only tell that an old
   * connection is gone. Not longer than all their deadlines together.
   */
  async attempt<T>(repeatable: Repeatable, work: (connection: Connection) => Promise<T>): Promise<T> {
    const { urls, callMs = CALL_MS } = this.options;
    const endMs = this.clock.monotonicMs() + urls.length * callMs;
    for (let left = urls.length; ; left -= 1) {
      const connection = this.#current();
      try {
        return await work(connection);
      } catch (error) {
        const failure = this.failed(connection, error);
        const again = failure.kind === 'unsent' || (failure.kind === 'lost' && repeatable === 'repeatable');
        if (!again || left === 0 || this.clock.monotonicMs() >= endMs) throw failure.error;
      }
    }
  }

  /** What a failure of a connection tells; the connection isn't used any more if it is at fault. */
  failed(connection: Connection, error: unknown): CallFailure {
    const failure = explainFailure(error);
    if (failure.kind !== 'refused') this.retire(connection);
    return failure;
  }

  /** Use another connection from now on. */
  retire(connection: Connection): void {
    if (connection === this.#connection) {
      this.#connection = null;
      this.#index = (this.#index + 1) % this.options.urls.length;
    }
    connection.retire();
  }

  /** Let what is under way end, within its deadline; later calls fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#open];
    for (const connection of open) connection.retire();
    await Promise.all(open.map(({ ended }) => ended));
  }

  #current(): Connection {
    if (this.#closed) throw unavailable('the store is closed');
    if (this.#connection !== null) return this.#connection;
    const connection = new Connection(this.options.urls[this.#index] ?? '', this.options, this.clock);
    this.#open.add(connection);
    void connection.ended.then(() => this.#open.delete(connection));
    this.#connection = connection;
    return connection;
  }
}
