import { LockstepError } from '../../src/core/model/error';
import type { Logger } from '../logger';
import { silentLogger } from '../logger';
import type { Timing } from '../timing';
import { systemTiming } from '../timing';
import { isObject, readAnswer, readErrors, readRefusal, textOf } from './answer';
import type { Outcome } from './answer';
import { HttpTransport, UNAUTHENTICATED_CODE } from './http-transport';
import type { Token } from './http-transport';
import type { ClientInterceptor } from './interceptor';
import { intercepted } from './interceptor';
import type { Message } from './message';
import * as messages from './messages';
import { Pauses, isAborted, reasonOf } from './pauses';
import { SubscriptionClosed } from './transport';
import type { Transport, TransportAnswer, TransportRequest } from './transport';

/** How a client reaches its server. */
export interface LockstepClientOptions {
  /** Where GraphQL is, for example `http://127.0.0.1:4000/graphql`; not needed with a transport of one's own. */
  readonly url?: string;
  /** Who asks; a function is asked before each request and each connection. */
  readonly token?: Token;
  readonly transport?: Transport;
  readonly timing?: Timing;
  readonly logger?: Logger;
  /** How long one request may take before it counts as unanswered, in milliseconds; 30,000 if absent. */
  readonly requestTimeoutMs?: number;
  /** See every request on its way out, and every answer on its way in; the first is the outermost. */
  readonly interceptors?: readonly ClientInterceptor[];
}

/** The success of a result: the member that has no error code. */
export type Success<T> = Exclude<T, { readonly code: string }>;

/** An operation as the documents select it. */
export type ShardOperation = messages.ShardOperationsData['shardOperations'];

/** How an acknowledgement was answered. */
export type Acknowledgement =
  | { readonly kind: 'acknowledged'; readonly outcome: messages.ShardAcknowledgementOutcome }
  | { readonly kind: 'superseded'; readonly operation: ShardOperation };

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * The messages of a worker, typed by the published schema. Each call sends the same request until it is answered
 * (PROTOCOL 1.3 to 1.7): what has no answer, and errors that may be retried, are sent again after a pause; other errors
 * are thrown as `ServerRefusal` of the class of their code. It ends early only by its signal.
 */
export class LockstepClient {
  readonly #transport: Transport;
  readonly #timing: Timing;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  readonly #send: (request: TransportRequest, signal: AbortSignal) => Promise<TransportAnswer>;
  #lastTrouble: LockstepError | null = null;

  /** @throws LockstepError INVALID_INPUT without `url` and `transport`, or for a url that isn't one */
  constructor(options: LockstepClientOptions) {
    this.#transport = options.transport ?? new HttpTransport(options.url ?? '', options.token ?? null);
    this.#timing = options.timing ?? systemTiming;
    this.#logger = options.logger ?? silentLogger;
    this.#timeoutMs = options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#send = intercepted(options.interceptors ?? [], (request, signal) => this.#transport.request(request, signal));
  }

  /** Why a message was sent again last; null: none was yet. */
  get lastTrouble(): LockstepError | null {
    return this.#lastTrouble;
  }

  async registerShardWorker(input: messages.ShardRegisterWorkerInput, signal: AbortSignal) {
    return (await this.#success(messages.RegisterShardWorker, { input }, signal)).session;
  }

  async renewShardWorker(input: messages.ShardRenewWorkerInput, signal: AbortSignal) {
    return (await this.#success(messages.RenewShardWorker, { input }, signal)).session;
  }

  async leaveShardWorker(input: messages.ShardLeaveWorkerInput, signal: AbortSignal) {
    return this.#success(messages.LeaveShardWorker, { input }, signal);
  }

  async putShardSourceTables(input: messages.ShardPutSourceTablesInput, signal: AbortSignal) {
    return this.#success(messages.PutShardSourceTables, { input }, signal);
  }

  async addShardSourceTable(input: messages.ShardAddSourceTableInput, signal: AbortSignal) {
    return this.#success(messages.AddShardSourceTable, { input }, signal);
  }

  async removeShardSourceTable(input: messages.ShardRemoveSourceTableInput, signal: AbortSignal) {
    return this.#success(messages.RemoveShardSourceTable, { input }, signal);
  }

  async reportShardInfo(input: messages.ShardReportInfoInput, signal: AbortSignal) {
    return this.#success(messages.ReportShardInfo, { input }, signal);
  }

  async reportShardSourceInfo(input: messages.ShardReportSourceInfoInput, signal: AbortSignal) {
    return this.#success(messages.ReportShardSourceInfo, { input }, signal);
  }

  /** A newer operation is no error here, but an answer (6.3). */
  async acknowledgeShardOperation(
    input: messages.ShardAcknowledgeOperationInput,
    signal: AbortSignal,
  ): Promise<Acknowledgement> {
    const { AcknowledgeShardOperation } = messages;
    const answer = await this.#answer(AcknowledgeShardOperation, { input }, signal, ['ShardStaleOperation']);
    if (answer.__typename === 'ShardStaleOperation') return { kind: 'superseded', operation: answer.operation };
    if (answer.__typename === 'ShardAcknowledgeOperationSuccess')
      return { kind: 'acknowledged', outcome: answer.outcome };
    throw unexpected(answer);
  }

  async failShardOperation(input: messages.ShardFailOperationInput, signal: AbortSignal) {
    return this.#success(messages.FailShardOperation, { input }, signal);
  }

  async extendShardOperation(input: messages.ShardExtendOperationInput, signal: AbortSignal) {
    return this.#success(messages.ExtendShardOperation, { input }, signal);
  }

  async reportShardStatus(input: messages.ShardReportStatusInput, signal: AbortSignal) {
    return this.#success(messages.ReportShardStatus, { input }, signal);
  }

  /** The operations of a source that aren't done, once. */
  async pendingShardOperations(variables: messages.PendingShardOperationsVariables, signal: AbortSignal) {
    return this.#answer(messages.PendingShardOperations, variables, signal);
  }

  /**
   * The operations of a source as they come, over every loss of the connection, until the signal aborts, which ends it
   * quietly. After each loss all that isn't done comes again: the stream is level-triggered, so nothing is resumed from a
   * revision, and nothing can be missed. That another process speaks for the source is told by messages with a session: here
   * it only ends one subscription, since the worker itself may have registered again.
   * @param current what is asked for at each time
   * @throws LockstepError UNAUTHENTICATED, FORBIDDEN, PROTOCOL_BROKEN
   */
  async *shardOperations(
    current: () => messages.ShardOperationsVariables,
    signal: AbortSignal,
    onLost: (reason: string) => void = () => undefined,
  ): AsyncGenerator<ShardOperation> {
    const pauses = new Pauses(this.#timing);
    while (!isAborted(signal)) {
      const request = messages.ShardOperations.request(current());
      try {
        for await (const payload of this.#transport.subscribe(request, signal)) {
          pauses.reset();
          const operation = readOperation(payload);
          if (operation !== null) yield operation;
        }
        if (isAborted(signal)) return;
        onLost('the server ended the subscription');
      } catch (error) {
        if (isAborted(signal)) return;
        throwIfFinal(error);
        this.#logger.warn({ reason: String(error) }, 'lost the subscription; subscribing again');
        onLost(String(error));
      }
      await pauses.wait(signal).catch(() => undefined);
    }
  }

  /** Close what is open. Calls that run end as if their connection was lost. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #success<V extends object, D extends object>(message: Message<V, D>, variables: V, signal: AbortSignal) {
    const answer = await this.#answer(message, variables, signal);
    if (isSuccess(answer)) return answer;
    throw unexpected(answer);
  }

  /** The root field of the first answer that is no error, or is one of `expected`. */
  async #answer<V extends object, D extends object>(
    message: Message<V, D>,
    variables: V,
    signal: AbortSignal,
    expected: readonly string[] = [],
  ): Promise<D[keyof D]> {
    const pauses = new Pauses(this.#timing);
    const { name } = message;
    for (;;) {
      signal.throwIfAborted();
      const outcome = await this.#attempt(message.request(variables), signal);
      if (outcome.kind === 'failed') throw outcome.error;
      const error = outcome.kind === 'again' ? outcome.error : readRefusal(Object.values(outcome.data)[0], expected);
      if (outcome.kind === 'data' && error === null) return message.root(outcome.data);
      if (error?.retryable === false) throw error;
      this.#lastTrouble = error;
      this.#logger.warn({ message: name, code: error?.code, reason: error?.message }, 'sending a message again');
      await pauses.wait(signal);
    }
  }

  /** One request; whatever keeps its answer from coming means that it may be sent again. */
  async #attempt(request: TransportRequest, signal: AbortSignal): Promise<Outcome> {
    const deadline = new AbortController();
    const stop = this.#timing.after(this.#timeoutMs, () => deadline.abort(new Error('no answer in time')));
    try {
      return readAnswer(await this.#send(request, AbortSignal.any([signal, deadline.signal])));
    } catch (error) {
      if (isAborted(signal)) throw reasonOf(signal);
      return { kind: 'again', error: new LockstepError('SERVER_UNREACHABLE', reasonText(error)) };
    } finally {
      stop();
    }
  }
}

/** `fetch` says no more than that it has failed, and keeps why as the cause. */
function reasonText(error: unknown): string {
  const message = textOf(error, 'message') ?? String(error);
  const cause = isObject(error) ? error['cause'] : undefined;
  const why = textOf(cause, 'code') ?? textOf(cause, 'message');
  return why === null ? message : `${message} (${why})`;
}

function isSuccess<T>(answer: T): answer is Success<T> {
  return !(isObject(answer) && typeof answer['code'] === 'string');
}

function unexpected(answer: unknown): LockstepError {
  return new LockstepError('PROTOCOL_BROKEN', `an answer that nobody expects: ${JSON.stringify(answer)}`);
}

/** `connection_init` came too late: another try may be faster. */
const LATE_CODE = 4408;
/** A message is too long. */
const TOO_LONG_CODE = 1009;

/** Whether the same subscription would be closed again (PROTOCOL 3.3). */
function isFinal(code: number): boolean {
  return code === TOO_LONG_CODE || (code >= 4400 && code <= 4499 && code !== LATE_CODE);
}

function throwIfFinal(error: unknown): void {
  if (error instanceof LockstepError && error.code !== 'STALE_SESSION') throw error;
  if (!(error instanceof SubscriptionClosed)) return;
  if (error.code === UNAUTHENTICATED_CODE) throw new LockstepError('UNAUTHENTICATED', error.message);
  if (isFinal(error.code)) throw new LockstepError('PROTOCOL_BROKEN', error.message);
}

function readOperation(payload: unknown): ShardOperation | null {
  if (!isObject(payload)) throw new LockstepError('PROTOCOL_BROKEN', 'a payload that is no object');
  if (Array.isArray(payload['errors'])) {
    const outcome = readErrors(payload['errors'], 200);
    if (outcome.kind === 'failed') throw outcome.error;
    throw new SubscriptionClosed(1011, 'the store is unavailable');
  }
  const data = payload['data'];
  return isObject(data) && isObject(data['shardOperations']) ? messages.ShardOperations.root(data) : null;
}
