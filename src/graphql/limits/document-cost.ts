import { Kind, getNamedType, getNullableType, isCompositeType, isListType, isLeafType } from 'graphql';
import type {
  ArgumentNode,
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from './document-shape';
import type { Fragments } from './document-shape';
import { FIELD_COSTS, LIST_LENGTHS, USUAL_LENGTH } from './list-lengths';

/** Values of a request's variables, as they were sent. */
export type Variables = Readonly<Record<string, unknown>>;

/** What a request comes to. */
export interface DocumentCost {
  readonly cost: number;
  /** How many objects it asks for by their keys. */
  readonly representations: number;
  /** The variables that say how long lists are. */
  readonly variables: ReadonlySet<string>;
}

/** Arguments that say how long a list may be. */
const LENGTHS = ['first', 'last'];

/** The argument that names what a router asks for by keys: the only list among arguments that makes an answer longer. */
const REPRESENTATIONS = 'representations';

/**
 * How many fields an operation may come to: each counts once for every item of the lists that it is in. Pages are as long
 * as they are asked for, other lists as long as they usually are. Takes time by the length of the document only: each
 * fragment is counted once for each type and page that it is in.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): DocumentCost {
  return new CostReader(schema, fragmentsOf(document), operation, variables).read();
}

class CostReader {
  readonly #used = new Set<string>();
  /** Costs of fragments, by the page that they are in; null while one is counted, so that one which spreads itself ends. */
  readonly #known = new Map<string, number | null>();
  #representations = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Fragments,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Variables,
  ) {}

  read(): DocumentCost {
    const root = this.schema.getRootType(this.operation.operation);
    const cost = root == null ? 0 : this.#selections(this.operation.selectionSet, root.name, 1);
    return { cost, representations: this.#representations, variables: this.#used };
  }

  /** @param page how long lists are that are the items of a page */
  #selections({ selections }: SelectionSetNode, typeName: string, page: number): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += this.#field(selection, typeName, page);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        cost += this.#selections(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, page);
      else cost += this.#fragment(selection.name.value, page);
    }
    return cost;
  }

  #fragment(name: string, page: number): number {
    const key = `${page} ${name}`;
    const known = this.#known.get(key);
    const definition = this.fragments.get(name);
    if (known !== undefined || definition === undefined) return known ?? 0;
    this.#known.set(key, null);
    const cost = this.#selections(definition.selectionSet, definition.typeCondition.name.value, page);
    this.#known.set(key, cost);
    return cost;
  }

  #field(node: FieldNode, typeName: string, page: number): number {
    const field = this.#fieldOf(typeName, node.name.value);
    if (field === null) return 1;
    const place = `${typeName}.${field.name}`;
    const own = FIELD_COSTS[place] ?? 1;
    const type = getNamedType(field.type);
    if (node.selectionSet === undefined || isLeafType(type)) return own;
    const asked = this.#askedLength(node.arguments ?? [], field);
    const isList = isListType(getNullableType(field.type));
    const items = isList ? (asked ?? (isPage(typeName) ? page : (LIST_LENGTHS[place] ?? USUAL_LENGTH))) : 1;
    return own + items * this.#selections(node.selectionSet, type.name, asked ?? USUAL_LENGTH);
  }

  #fieldOf(typeName: string, name: string): GraphQLField<unknown, unknown> | null {
    const type = this.schema.getType(typeName);
    if (!isCompositeType(type) || !('getFields' in type)) return null;
    return type.getFields()[name] ?? null;
  }

  /** How many items are asked for; null: the field doesn't take that. */
  #askedLength(given: readonly ArgumentNode[], field: GraphQLField<unknown, unknown>): number | null {
    const lengths = given.map(({ name, value }) => {
      const isLength = LENGTHS.includes(name.value);
      if (!isLength && name.value !== REPRESENTATIONS) return null;
      const length = value.kind === Kind.VARIABLE ? this.#variable(value.name.value) : literalLength(value);
      if (!isLength) this.#representations += length ?? 0;
      return length;
    });
    const asked = lengths.find((length) => length !== null);
    if (asked !== undefined) return asked;
    const initial: unknown = field.args.find(({ name }) => name === 'first')?.defaultValue;
    return typeof initial === 'number' ? initial : null;
  }

  #variable(name: string): number | null {
    this.#used.add(name);
    const length = lengthOf(this.variables[name]);
    if (length !== null) return length;
    const definition = this.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return definition?.defaultValue === undefined ? null : literalLength(definition.defaultValue);
  }
}

function isPage(typeName: string): boolean {
  return typeName.endsWith('Connection');
}

function literalLength(value: ArgumentNode['value']): number | null {
  if (value.kind === Kind.LIST) return value.values.length;
  return value.kind === Kind.INT ? Math.max(Number(value.value), 0) : null;
}

/** What a variable says of the length of a list: a number, or the list itself. */
export function lengthOf(value: unknown): number | null {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'number' ? Math.max(value, 0) : null;
}
