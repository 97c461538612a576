import { createHash } from 'node:crypto';
import { GraphQLError, NoSchemaIntrospectionCustomRule, specifiedRules, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { withCode } from '../errors/top-level-error';
import type { RequestGate } from '../limits/request-gate';

/** A document that can be executed, or why it can't. */
export type ReadDocument =
  | { readonly kind: 'document'; readonly document: DocumentNode }
  | { readonly kind: 'invalid'; readonly errors: readonly GraphQLError[] };

/** What reading documents needs. */
export interface DocumentCacheOptions {
  readonly schema: GraphQLSchema;
  readonly gate: RequestGate;
  /** Whether clients may ask for the schema, and errors name what it has that is spelt alike. */
  readonly introspection: boolean;
}

/**
 * How many characters of documents are kept, the ones that were used last. A document that was read takes a hundred times
 * its text, so these are fifty megabytes at most.
 */
const MOST_KEPT = 500_000;

/** Longer documents are read each time, in characters: programs have short ones, and few. */
const LONGEST_KEPT = 16_384;

/** The length of a SHA-256 in hexadecimal digits. */
const HASH_LENGTH = 64;

/**
 * Documents by their text: a worker sends the same few over and over, and to parse and validate one takes longer than to
 * execute it. Bounded, whatever clients send. What is too much is refused before it is validated.
 */
export class DocumentCache {
  readonly #known = new Map<string, ReadDocument>();
  readonly #byHash = new Map<string, DocumentNode>();
  #characters = 0;

  constructor(private readonly options: DocumentCacheOptions) {}

  /** How many characters the documents have that are kept. */
  get characters(): number {
    return this.#characters;
  }

  /** Parse and validate, unless that was done before. */
  read(query: string): ReadDocument {
    const known = this.#known.get(query);
    if (known === undefined) return this.#keep(query, this.#read(query));
    // The order of a map is that of insertion, so the first is the one that wasn't used for longest.
    this.#known.delete(query);
    this.#known.set(query, known);
    return known;
  }

  /** For Apollo, which names documents by a key that ends with the hash of their text: one that is kept. */
  get(key: string): Promise<DocumentNode | undefined> {
    return Promise.resolve(this.#byHash.get(key.slice(-HASH_LENGTH)));
  }

  /** Nothing: what is kept was read here. */
  set(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing. */
  delete(): Promise<boolean> {
    return Promise.resolve(false);
  }

  #read(query: string): ReadDocument {
    const { schema, gate, introspection } = this.options;
    const parsed = gate.parse(query);
    if (parsed instanceof GraphQLError) return { kind: 'invalid', errors: [parsed] };
    const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const errors = validate(schema, parsed, rules, { hideSuggestions: !introspection });
    if (errors.length === 0) return { kind: 'document', document: parsed };
    return { kind: 'invalid', errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  }

  #keep(query: string, read: ReadDocument): ReadDocument {
    if (query.length > LONGEST_KEPT) return read;
    this.#known.set(query, read);
    this.#characters += query.length;
    for (const oldest of this.#known.keys()) {
      if (this.#characters <= MOST_KEPT) break;
      this.#characters -= oldest.length;
      this.#known.delete(oldest);
      this.#byHash.delete(hashOf(oldest));
    }
    if (read.kind === 'document') this.#byHash.set(hashOf(query), read.document);
    return read;
  }
}

function hashOf(query: string): string {
  return createHash('sha256').update(query).digest('hex');
}
