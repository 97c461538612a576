import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { execute } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import type { Context, Server } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { LockstepError } from '../../core/model/error';
import { invariant } from '../../core/model/invariant';
import type { Authenticator } from '../../identity/authenticator';
import type { Sent } from '../../identity/credentials';
import { Asker } from '../access/asker';
import { Askers } from '../access/askers';
import type { SharedSubscriptions, SubscribeRequest } from '../feed/shared-subscriptions';
import { topLevelError } from '../errors/top-level-error';
import { wholeOrRefused } from '../limits/answer-size';
import { LIMIT_MEANINGS } from '../limits/limits';
import type { EndTurn, HeavyTurns } from '../limits/heavy-turns';
import { IdentityRequests } from '../limits/identity-requests';
import type { LimitName, Limits } from '../limits/limits';
import { IdleConnections } from './idle-connections';
import type { RequestReader, SentRequest } from './request-reader';
import { bindSocket } from './socket-binding';
import type { ConnectionExtra } from './socket-binding';

/** What serving `graphql-transport-ws` needs. */
export interface WebSocketOptions {
  readonly requests: RequestReader;
  readonly subscriptions: SharedSubscriptions;
  readonly authenticator: Authenticator;
  /** Told of a connection of nobody that is known. */
  readonly onStranger: (request: IncomingMessage) => void;
  /** What a client is told of errors. */
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly limits: Limits;
  readonly turns: HeavyTurns;
  /** Tells of a defect that no answer could tell of. */
  readonly reportDefect: (error: unknown) => void;
}

/** How long clients have to answer that the server closes their connection, in milliseconds. */
const CLOSE_MS = 2_000;

/** The close code of a server that stops. */
const GOING_AWAY = 1001;

/** A connection that the protocol's server knows. */
type Connection = Context<Record<string, unknown>, ConnectionExtra>;

/** A request, and the subscription that it is for. */
interface Asked {
  readonly request: SubscribeRequest;
  readonly extra: ConnectionExtra;
  readonly id: string;
  readonly isHeavy: boolean;
}

/** GraphQL over WebSockets on a server's upgrade requests, by the protocol `graphql-transport-ws`. */
export class GraphqlWebSockets {
  readonly #sockets: WebSocketServer;
  readonly #askers: Askers<ConnectionExtra>;
  /** The protocol's server hands requests on as it was given them, without the subscription that each is for. */
  readonly #subscribing = new WeakMap<ExecutionArgs, Asked>();
  readonly #idle: IdleConnections<Connection>;
  readonly #requests = new IdentityRequests();

  constructor(private readonly options: WebSocketOptions) {
    const { limits, reportDefect } = options;
    this.#idle = new IdleConnections(
      limits['idle-ms'],
      (connection) => Object.keys(connection.subscriptions).length > 0,
      ({ extra }) => extra.closeIdle(),
    );
    this.#askers = new Askers(({ close }) => close(), reportDefect);
    const protocol = this.#protocol();
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: limits['message-bytes'], handleProtocols });
    this.#sockets.on('connection', (socket, request) =>
      bindSocket(protocol, socket, request, limits['stalled-ms'], (...begun) => this.#begin(...begun), reportDefect),
    );
  }

  /** The library's part: what it leaves to its user is here. */
  #protocol(): Server<ConnectionExtra> {
    const { authenticator, subscriptions, show } = this.options;
    return makeServer<Record<string, unknown>, ConnectionExtra>({
      onConnect: async (context) => {
        const { extra, connectionParams } = context;
        const asker = await identify(authenticator, extra.request, connectionParams);
        // It may have been closed meanwhile, and then nobody would forget it again.
        if (asker === null) this.options.onStranger(extra.request);
        else if (extra.isOpen()) this.#admit(context, asker);
        return asker !== null;
      },
      onClose: (context) => {
        this.#askers.delete(context.extra);
        this.#idle.delete(context);
      },
      onSubscribe: ({ extra }, id, payload) => this.#prepare(extra, id, payload),
      subscribe: async (args) => {
        const { request, extra, id } = this.#askedFor(args);
        return await subscriptions.subscribe(request, extra.sinkOf(id));
      },
      execute: async (args) => {
        const asked = this.#askedFor(args);
        return await asked.extra.turns.take(() => this.#execute(args, asked));
      },
      onError: (_connection, _id, _payload, errors) => show(errors),
      onNext: (_connection, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { data: result.data ?? null, errors: show(result.errors) },
    });
  }

  #prepare(extra: ConnectionExtra, id: string, payload: SentRequest): SubscribeRequest | readonly GraphQLError[] {
    const { requests, limits } = this.options;
    const { count, bytes } = extra.operations;
    if (count >= limits.subscriptions) return [tooManyAtOnce('subscriptions', limits)];
    if (bytes >= limits['pending-bytes']) return [tooManyAtOnce('pending-bytes', limits)];
    const asker = this.#askers.get(extra);
    invariant(asker !== undefined, 'a connection that was acknowledged has an asker');
    const ofIdentity = this.#requests.of(asker.identity);
    if (ofIdentity.count >= limits['identity-requests']) return [tooManyAtOnce('identity-requests', limits)];
    if (ofIdentity.bytes >= limits['identity-bytes']) return [tooManyAtOnce('identity-bytes', limits)];
    const prepared = requests.read(payload, asker.identity);
    if (prepared.kind === 'refused') return prepared.errors;
    const { request, isHeavy } = prepared;
    this.#subscribing.set(request, { request, extra, id, isHeavy });
    return request;
  }

  /** Before a connection is acknowledged its requests are nobody's, and end it. */
  #begin(extra: ConnectionExtra, bytes: number): () => void {
    const asker = this.#askers.get(extra);
    return asker === undefined ? () => undefined : this.#requests.begin(asker.identity, bytes);
  }

  async #execute(args: ExecutionArgs, { request, extra, id, isHeavy }: Asked): Promise<ExecutionResult> {
    await extra.room();
    const endTurn = isHeavy ? await this.#takeTurn(request, extra) : null;
    try {
      // Nobody is told what comes of it.
      return extra.operations.isCompleted(id) || !extra.isOpen() ? {} : wholeOrRefused(await execute(args));
    } finally {
      endTurn?.();
    }
  }

  /** A turn while there is room for the answer: one that waits for room is no turn. */
  async #takeTurn({ contextValue }: SubscribeRequest, extra: ConnectionExtra): Promise<EndTurn> {
    for (;;) {
      const endTurn = await this.options.turns.begin(contextValue.actor);
      if (extra.hasRoom()) return endTurn;
      endTurn();
      await extra.room();
    }
  }

  #admit(connection: Connection, asker: Asker): void {
    this.#askers.add(connection.extra, asker);
    this.#idle.add(connection);
  }

  #askedFor(args: ExecutionArgs): Asked {
    const asked = this.#subscribing.get(args);
    invariant(asked !== undefined, 'what is executed was asked for');
    return asked;
  }

  /** Take over a connection that wants to be a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#sockets.emit('connection', webSocket, request),
    );
  }

  /** Close every connection with code 1001, waiting a moment for the clients' answers. */
  async close(): Promise<void> {
    this.#askers.close();
    this.#idle.close();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
    }, CLOSE_MS);
    for (const socket of this.#sockets.clients) socket.close(GOING_AWAY, 'the server stops');
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    clearTimeout(timer);
  }
}

function tooManyAtOnce(limit: LimitName, limits: Limits): GraphQLError {
  const most = limits[limit];
  return topLevelError('TOO_MANY_REQUESTS', `more than ${most} ${LIMIT_MEANINGS[limit]} are refused`, { limit, most });
}

/** Null: nobody knows who it is. */
async function identify(
  authenticator: Authenticator,
  request: IncomingMessage,
  payload: Sent | undefined,
): Promise<Asker | null> {
  try {
    return await Asker.of(authenticator, request, payload);
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'UNAUTHENTICATED') return null;
    throw error;
  }
}

/** Answer a request to upgrade with a status and nothing else. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  // A client that never closes its half would keep the connection, which counts among those that may be open.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
