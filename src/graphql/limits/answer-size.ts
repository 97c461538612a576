import { GraphQLError, Kind, defaultFieldResolver, getNamedType, getNullableType } from 'graphql';
import { isLeafType, isListType, isObjectType } from 'graphql';
import type { ExecutionResult, FieldNode, GraphQLField, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { SelectionSetNode } from 'graphql';
import type { RequestContext } from '../request-context';
import type { Limits } from './limits';
import { FIELD_COSTS } from './list-lengths';
import { tooMuch } from './request-gate';

type Field = GraphQLField<unknown, RequestContext>;

/** A text counts as one field more for each so many characters. */
const CHARACTERS_A_FIELD = 100;

/** The answer has become larger than the limit. */
class AnswerTooLarge extends GraphQLError {}

/**
 * Bound what answers really come to: what a document costs is found out before it is executed, and there lists without
 * `first` are taken to be as long as they usually are. An answer that grows beyond the limit `answer` is made no further.
 */
export function boundAnswers(schema: GraphQLSchema, limits: Limits): void {
  const bound = new AnswerBound(limits);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const fields: readonly Field[] = Object.values(type.getFields());
    for (const field of fields) bound.put(field);
  }
}

/** A result as it is; or, of one whose answer became too large, that alone: what there is of it isn't all. */
export function wholeOrRefused(result: ExecutionResult): ExecutionResult {
  const refused = refusalIn(result.errors);
  return refused === null ? result : { data: null, errors: [refused] };
}

/** The error of an answer that became too large, if one of these is. */
export function refusalIn(errors: readonly GraphQLError[] = []): GraphQLError | null {
  const found = errors.find(({ originalError }) => originalError instanceof AnswerTooLarge);
  return found === undefined ? null : new GraphQLError(found.message, { extensions: found.extensions });
}

class AnswerBound {
  readonly #most: number;
  /** What each execution has come to: GraphQL makes the values of its variables anew for each. */
  readonly #spent = new WeakMap<object, number>();
  readonly #costs = new WeakMap<SelectionSetNode, number>();

  constructor(private readonly limits: Limits) {
    this.#most = limits.answer;
  }

  put(field: Field): void {
    const [type, resolve] = [getNamedType(field.type), field.resolve ?? defaultFieldResolver];
    const isText = isLeafType(type) && type.name === 'String';
    const isList = !isLeafType(type) && isListType(getNullableType(field.type));
    if (!isText && !isList) return;
    const count = isText ? textCost : (value: unknown, info: GraphQLResolveInfo) => this.#listCost(value, info);
    field.resolve = (source, args, context, info): unknown => {
      const value: unknown = resolve(source, args, context, info);
      if (!(value instanceof Promise)) return this.#spend(value, count(value, info), info);
      return value.then((found: unknown) => this.#spend(found, count(found, info), info));
    };
  }

  /** The value; nothing of it once there is too much, so that the rest of the answer costs nothing more. */
  #spend(value: unknown, cost: number, { variableValues }: GraphQLResolveInfo): unknown {
    const before = this.#spent.get(variableValues) ?? 0;
    if (cost === 0 && before <= this.#most) return value;
    this.#spent.set(variableValues, before + cost);
    if (before > this.#most) return Array.isArray(value) ? [] : '';
    if (before + cost <= this.#most) return value;
    const { message, extensions } = tooMuch('answer', this.limits);
    throw new AnswerTooLarge(message, { extensions });
  }

  #listCost(value: unknown, { fieldNodes, fragments, returnType }: GraphQLResolveInfo): number {
    if (!Array.isArray(value)) return 0;
    const typeName = getNamedType(returnType).name;
    const selected = fieldNodes.map(({ selectionSet }: FieldNode) =>
      selectionSet === undefined ? 1 : this.#costOf(selectionSet, typeName, fragments),
    );
    return value.length * selected.reduce((sum, cost) => sum + cost, 0);
  }

  /** What the fields of one item come to, without what is in them. */
  #costOf(set: SelectionSetNode, typeName: string, fragments: GraphQLResolveInfo['fragments']): number {
    const known = this.#costs.get(set);
    if (known !== undefined) return known;
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        cost += FIELD_COSTS[`${typeName}.${selection.name.value}`] ?? 1;
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
      if (fragment === undefined) continue;
      cost += this.#costOf(fragment.selectionSet, fragment.typeCondition?.name.value ?? typeName, fragments);
    }
    this.#costs.set(set, cost);
    return cost;
  }
}

function textCost(value: unknown): number {
  if (typeof value === 'string') return Math.floor(value.length / CHARACTERS_A_FIELD);
  if (!Array.isArray(value)) return 0;
  return value.reduce<number>((sum, text) => sum + 1 + textCost(text), 0);
}
