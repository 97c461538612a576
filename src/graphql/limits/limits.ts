/**
 * Everything that a server bounds, by its name, with what holds if nobody says otherwise. `serve --limit`, the
 * documentation and the checks take names and figures from here.
 */
export const DEFAULT_LIMITS = {
  tokens: 2_000,
  depth: 20,
  aliases: 100,
  'root-fields': 50,
  operations: 10,
  directives: 50,
  cost: 200_000,
  answer: 300_000,
  representations: 1_000,
  'body-bytes': 1_048_576,
  'message-bytes': 1_048_576,
  'receive-ms': 9_000,
  'stalled-ms': 60_000,
  'idle-ms': 300_000,
  'unsent-bytes': 268_435_456,
  connections: 10_000,
  'connections-per-address': 2_500,
  pipelined: 100,
  subscriptions: 1_000,
  'subscription-bytes': 65_536,
  'pending-bytes': 8_388_608,
  'identity-requests': 20_000,
  'identity-bytes': 8_388_608,
  callbacks: 1_000,
  'worker-mutations': 20_000,
  'operator-mutations': 100,
  'persisted-bytes': 4_194_304,
};

/** The name of a limit. */
export type LimitName = keyof typeof DEFAULT_LIMITS;

/** How much a server takes. */
export type Limits = Readonly<Record<LimitName, number>>;

/** What each limit bounds, as a sentence with its figure in front reads on. */
export const LIMIT_MEANINGS: Readonly<Record<LimitName, string>> = {
  tokens: 'names, numbers, texts and signs in a document',
  depth: 'selections within each other, those of fragments included',
  aliases: 'aliases in a document',
  'root-fields': 'fields at the top of an operation',
  operations: 'operations in a document',
  directives: 'directives in a document',
  cost: 'fields that a request may ask for, lists counted by their length',
  answer: 'fields in an answer, counted while it is made; a text counts once more for each 100 characters',
  representations: 'objects that a router may ask for by their keys at once',
  'body-bytes': 'bytes in the body of a request',
  'message-bytes': 'bytes in a message over a WebSocket',
  'receive-ms': 'milliseconds until the head of a request has come, and until all of it has',
  'stalled-ms': 'milliseconds in which a connection takes nothing of what waits for it',
  'idle-ms': 'milliseconds in which a WebSocket has no subscription',
  'unsent-bytes': 'bytes that wait for clients to take them, on all connections; those with most are closed',
  connections: 'connections at once',
  'connections-per-address': 'connections at once of one address, or of one network of IPv6 (64 bits)',
  pipelined: 'requests at once on one connection of HTTP, those included that wait for their turn',
  subscriptions: 'requests at once on one WebSocket',
  'subscription-bytes': 'bytes of the document and the variables of a subscription, which are kept as long as it lasts',
  'pending-bytes': 'bytes of requests on one WebSocket that are not over',
  'identity-requests': 'requests at once of one identity on all its WebSockets',
  'identity-bytes': 'bytes of requests of one identity on all its WebSockets that are not over',
  callbacks: 'subscriptions at once that routers are told by callbacks',
  'worker-mutations': 'mutations a second of one identity that speaks for sources',
  'operator-mutations': 'mutations a second of one identity that acts by hand',
  'persisted-bytes': 'bytes of documents that are kept for requests that name only their hash',
};

/** Whether a limit has this name. */
export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}
