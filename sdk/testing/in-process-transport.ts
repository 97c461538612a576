import { execute, parse, subscribe, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { presentError } from '../../src/graphql/errors/top-level-error';
import type { RequestContext } from '../../src/graphql/request-context';
import { SubscriptionClosed } from '../client/transport';
import type { Transport, TransportAnswer, TransportRequest } from '../client/transport';

/** The close code of a connection that was lost. */
const LOST = 1006;

/** Carries requests to a server of the same process, as HTTP and WebSockets would: as JSON, and lost with the server. */
export class InProcessTransport implements Transport {
  readonly #documents = new Map<string, DocumentNode>();
  readonly #broken = new Set<(error: Error) => void>();

  /** @param serverId another one after each restart; null while no server runs */
  constructor(
    private readonly contextOf: () => RequestContext | null,
    private readonly serverId: () => string | null,
    private readonly schema: GraphQLSchema,
  ) {}

  async request(request: TransportRequest): Promise<TransportAnswer> {
    const [context, server] = [this.contextOf(), this.serverId()];
    if (context === null) throw new Error('no server runs');
    const result = await this.#orBroken(execute({ ...this.#execution(request), contextValue: context }));
    // What a server decided but didn't answer before it was killed isn't answered.
    if (this.serverId() !== server) throw new Error('the server was killed before it answered');
    return { status: 200, body: bodyOf(result) };
  }

  async *subscribe(request: TransportRequest, signal: AbortSignal): AsyncGenerator {
    const [context, server] = [this.contextOf(), this.serverId()];
    if (context === null) throw new SubscriptionClosed(LOST, 'no server runs');
    const found = await this.#orBroken(subscribe({ ...this.#execution(request), contextValue: context }));
    if (!(Symbol.asyncIterator in found)) {
      yield bodyOf(found);
      return;
    }
    const end = (): void => void found.return(undefined);
    signal.addEventListener('abort', end);
    try {
      for (;;) {
        // It may have been killed while the reader was busy with the last payload.
        if (this.serverId() !== server) throw new SubscriptionClosed(LOST, 'the server was killed');
        const next = await this.#orBroken(found.next());
        if (next.done === true || signal.aborted) return;
        yield bodyOf(next.value);
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  /** Everything that is open ends as if its connection was lost. */
  breakAll(reason: string): void {
    for (const lose of [...this.#broken]) lose(new SubscriptionClosed(LOST, reason));
  }

  close(): Promise<void> {
    this.breakAll('the client closed the connection');
    return Promise.resolve();
  }

  async #orBroken<T>(work: T | Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const done = (): void => void this.#broken.delete(reject);
      this.#broken.add(reject);
      Promise.resolve(work).then(resolve, reject).finally(done);
    });
  }

  #execution({ query, variables, operationName }: TransportRequest): {
    readonly schema: GraphQLSchema;
    readonly document: DocumentNode;
    readonly variableValues: Readonly<Record<string, unknown>>;
    readonly operationName: string;
  } {
    // As JSON, so that nothing passes that a network would not carry.
    const variableValues = JSON.parse(JSON.stringify(variables)) as Readonly<Record<string, unknown>>;
    return { schema: this.schema, document: this.#documentOf(query), variableValues, operationName };
  }

  #documentOf(query: string): DocumentNode {
    const known = this.#documents.get(query);
    if (known !== undefined) return known;
    const document = parse(query);
    const [error] = validate(this.schema, document);
    if (error !== undefined) throw error;
    this.#documents.set(query, document);
    return document;
  }
}

/** A defect of the server is a defect of the test: it isn't hidden behind an ID. */
const DEFECTS = {
  error: ({ err }: Readonly<Record<string, unknown>>): void => {
    throw err;
  },
};

function bodyOf({ data, errors }: ExecutionResult): unknown {
  const shown = errors?.map((error) => presentError(error, DEFECTS, () => 'in-process').toJSON());
  return JSON.parse(JSON.stringify({ data, ...(shown === undefined ? {} : { errors: shown }) }));
}
