import { GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';

/** A document that can be executed, or why it can't. */
export type ReadDocument =
  | { readonly kind: 'document'; readonly document: DocumentNode }
  | { readonly kind: 'invalid'; readonly errors: readonly GraphQLError[] };

/** How many documents are kept, the ones that were used last. */
const CAPACITY = 500;

/** Longer documents are read each time, in characters: programs have short ones, and few. */
const LONGEST_KEPT = 16_384;

/**
 * Documents by their text: a worker sends the same few over and over, and to parse and validate one takes longer than to
 * execute it. Bounded, whatever clients send.
 */
export class DocumentCache {
  readonly #known = new Map<string, ReadDocument>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** Parse and validate, unless that was done before. */
  read(query: string): ReadDocument {
    const known = this.#known.get(query);
    if (known === undefined) return this.#keep(query, this.#read(query));
    // The order of a map is that of insertion, so the first is the one that wasn't used for longest.
    this.#known.delete(query);
    this.#known.set(query, known);
    return known;
  }

  #read(query: string): ReadDocument {
    try {
      const document = parse(query);
      const errors = validate(this.schema, document);
      return errors.length > 0 ? { kind: 'invalid', errors } : { kind: 'document', document };
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: 'invalid', errors: [error] };
      throw error;
    }
  }

  #keep(query: string, read: ReadDocument): ReadDocument {
    if (query.length > LONGEST_KEPT) return read;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= CAPACITY && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(query, read);
    return read;
  }
}
