import { GraphQLError, getOperationAST, parse } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { topLevelError, withCode } from '../errors/top-level-error';
import { costOf, lengthOf } from './document-cost';
import type { DocumentCost, Variables } from './document-cost';
import { shapeOf } from './document-shape';
import { HEAVY_COST } from './heavy-turns';
import { LIMIT_MEANINGS } from './limits';
import type { LimitName, Limits } from './limits';
import type { Safelist } from './safelist';

/** How many costs of one document are kept: programs ask for pages of few lengths. */
const KEPT_COSTS = 16;

/** What GraphQL's parser says when it stops at the limit that it was given. */
const TOO_MANY_TOKENS = /more that \d+ tokens/u;

/** The error of a request that is beyond a limit: it names the limit, and what was found. */
export function tooMuch(name: LimitName, limits: Limits, found: number | null = null): GraphQLError {
  const most = limits[name];
  const asked = found === null ? '' : `; this one has ${found}`;
  return topLevelError('REQUEST_TOO_LARGE', `more than ${most} ${LIMIT_MEANINGS[name]} are refused${asked}`, {
    limit: name,
    most,
    ...(found === null ? {} : { found }),
  });
}

/** An operation of a document, and what it comes to by the lengths that were asked for. */
interface KnownOperation {
  readonly operation: OperationDefinitionNode;
  /** The variables that say how long lists are. */
  variables: ReadonlySet<string>;
  readonly costs: Map<string, DocumentCost>;
}

/**
 * Refuses requests that are too much, before anything of them is executed. What is found out of a document is kept with
 * it, so that one which comes again costs nothing here.
 */
export class RequestGate {
  readonly #known = new WeakMap<DocumentNode, Map<string | null, KnownOperation>>();

  /** @param safelist the only documents that are executed; null: any */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
    private readonly safelist: Safelist | null,
  ) {}

  /** A document that may be validated, which takes longer than to refuse it here; or why it may not. */
  parse(query: string): DocumentNode | GraphQLError {
    const parsed = this.#parse(query);
    if (parsed instanceof GraphQLError) return parsed;
    const refused = this.#shapeError(parsed);
    if (refused !== null) return refused;
    if (this.safelist?.has(parsed) === false)
      return topLevelError('DOCUMENT_NOT_LISTED', 'this server executes the documents of its list only');
    return parsed;
  }

  /** Why a valid document isn't executed with these variables; null: it is, or has no such operation. */
  refuse(document: DocumentNode, operationName: string | null, variables: Variables): GraphQLError | null {
    const known = this.#operation(document, operationName);
    if (known === null) return null;
    const { limits } = this;
    const { cost, representations } = this.#costOf(document, known, variables);
    if (representations > limits.representations) return tooMuch('representations', limits, representations);
    return cost > limits.cost ? tooMuch('cost', limits, Math.ceil(cost)) : null;
  }

  /** Whether a valid document comes to so much with these variables that it takes turns with others. */
  isHeavy(document: DocumentNode, operationName: string | null, variables: Variables): boolean {
    const known = this.#operation(document, operationName);
    return known !== null && this.#costOf(document, known, variables).cost >= HEAVY_COST;
  }

  /** Why a subscription isn't begun: what is kept of it is too large; null: it is. */
  refuseSubscription(query: string, variables: Variables): GraphQLError | null {
    const bytes = Buffer.byteLength(query) + sizeOf(variables);
    return bytes > this.limits['subscription-bytes'] ? tooMuch('subscription-bytes', this.limits) : null;
  }

  #parse(query: string): DocumentNode | GraphQLError {
    try {
      return parse(query, { maxTokens: this.limits.tokens });
    } catch (error) {
      if (error instanceof RangeError) return tooMuch('depth', this.limits);
      if (!(error instanceof GraphQLError)) throw error;
      return TOO_MANY_TOKENS.test(error.message)
        ? tooMuch('tokens', this.limits)
        : withCode(error, 'GRAPHQL_PARSE_FAILED');
    }
  }

  #shapeError(document: DocumentNode): GraphQLError | null {
    const { limits } = this;
    const { depth, aliases, rootFields, operations, directives } = shapeOf(document);
    const found: readonly (readonly [LimitName, number])[] = [
      ['depth', depth],
      ['aliases', aliases],
      ['root-fields', rootFields],
      ['operations', operations],
      ['directives', directives],
    ];
    const beyond = found.find(([name, count]) => count > limits[name]);
    return beyond === undefined ? null : tooMuch(beyond[0], limits, beyond[1]);
  }

  #operation(document: DocumentNode, name: string | null): KnownOperation | null {
    const ofDocument = this.#known.get(document) ?? new Map<string | null, KnownOperation>();
    const known = ofDocument.get(name);
    if (known !== undefined) return known;
    const operation = getOperationAST(document, name);
    if (operation == null) return null;
    const made: KnownOperation = { operation, variables: new Set(), costs: new Map() };
    this.#known.set(document, ofDocument.set(name, made));
    return made;
  }

  #costOf(document: DocumentNode, known: KnownOperation, variables: Variables): DocumentCost {
    const { operation, costs } = known;
    const kept = costs.get(lengthsKey(known, variables));
    if (kept !== undefined) return kept;
    const cost = costOf(this.schema, document, operation, variables);
    known.variables = cost.variables;
    const [oldest] = costs.keys();
    if (costs.size >= KEPT_COSTS && oldest !== undefined) costs.delete(oldest);
    costs.set(lengthsKey(known, variables), cost);
    return cost;
  }
}

/** Values within each other without end have no text, and are larger than anything. */
function sizeOf(variables: Variables): number {
  try {
    return Buffer.byteLength(JSON.stringify(variables));
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Equal for requests that ask for lists of the same lengths. */
function lengthsKey({ variables }: KnownOperation, given: Variables): string {
  let key = '';
  for (const name of variables) key += `${lengthOf(given[name]) ?? ''},`;
  return key;
}
