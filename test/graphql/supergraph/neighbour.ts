import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** Another team's subgraph: who is called about tasks and locks, and tickets that name them. */
export const NEIGHBOUR = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])

type Query {
  tickets: [Ticket!]!
}

type Ticket @key(fields: "id") {
  id: ID!
  title: String!
  task: ShardTask!
  lock: ShardLock
}

type ShardTask @key(fields: "name") {
  name: ID!
  onCall: String!
}

type ShardLock @key(fields: "id") {
  id: ID!
  runbook: String!
}
`;

interface Ticket {
  readonly id: string;
  readonly title: string;
  readonly task: { readonly name: string };
  readonly lock: { readonly id: string } | null;
}

/** The neighbour as a server of its own. */
export class NeighbourServer {
  private constructor(
    /** What it was sent to say who asks: it must never learn the router's token for somebody else. */
    readonly authorizations: readonly string[],
    private readonly http: Server,
    private readonly apollo: ApolloServer,
    readonly url: string,
  ) {}

  /** @param tickets what it knows, whoever asks */
  static async start(tickets: readonly Ticket[]): Promise<NeighbourServer> {
    const schema = buildSubgraphSchema({
      typeDefs: parse(NEIGHBOUR),
      resolvers: {
        Query: { tickets: () => tickets },
        ShardTask: {
          __resolveReference: (reference: object) => reference,
          onCall: ({ name }: { name: string }) => `on call for ${name}`,
        },
        ShardLock: {
          __resolveReference: (reference: object) => reference,
          runbook: ({ id }: { id: string }) => `runbooks/${id}`,
        },
        Ticket: { __resolveReference: ({ id }: { id: string }) => tickets.find((ticket) => ticket.id === id) },
      },
    });
    const apollo = new ApolloServer({
      schema,
      stopOnTerminationSignals: false,
      plugins: [ApolloServerPluginInlineTraceDisabled()],
    });
    await apollo.start();
    const authorizations: string[] = [];
    const http = createServer((request, response) => {
      authorizations.push(request.headers.authorization ?? '');
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const headers = new HeaderMap([['content-type', 'application/json']]);
        const answer = await apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: {
            method: 'POST',
            headers,
            search: '',
            body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
          },
          context: () => Promise.resolve({}),
        });
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(answer.body.kind === 'complete' ? answer.body.string : '');
      })();
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    return new NeighbourServer(authorizations, http, apollo, `http://127.0.0.1:${port}/graphql`);
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await this.apollo.stop();
  }
}
