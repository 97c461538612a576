import { defaultFieldResolver, isObjectType } from 'graphql';
import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { LockstepError } from '../../core/model/error';
import { ANYBODY } from '../../core/model/identity';
import { invariant } from '../../core/model/invariant';
import { parseTaskName } from '../../core/model/names';
import { maySee, refusalOf } from '../../core/request/access';
import { JsonValue } from '../../core/wire/json-reader';
import { rejectRequest } from '../errors/top-level-error';
import { UserError } from '../errors/user-error';
import { checkRepresentations } from '../resolvers/entities';
import type { RequestContext } from '../request-context';
import { ACCESS_RULES, FILTERED_LISTS, asBadInput, isWork, readArguments } from './access-rules';
import type { AccessRule } from './access-rules';

type Field = GraphQLField<unknown, RequestContext>;
type Resolve = GraphQLFieldResolver<unknown, RequestContext, Readonly<Record<string, unknown>>>;

/**
 * Put the access rules before the resolvers of a schema: what the asker may not do never reaches them. Refused mutations
 * answer with `ShardForbidden` in their union, and are audited; everything else is a top-level error.
 */
export function guardSchema(schema: GraphQLSchema): void {
  for (const [name, rule] of Object.entries(ACCESS_RULES)) {
    const field = fieldOf(schema, name);
    if (name.startsWith('Subscription.')) field.subscribe = guard(name, rule, field.subscribe ?? missing(name));
    else field.resolve = guard(name, rule, resolverOf(field));
  }
  for (const [name, taskField] of Object.entries(FILTERED_LISTS)) {
    const field = fieldOf(schema, name);
    field.resolve = leaveOut(taskField, resolverOf(field));
  }
}

function fieldOf(schema: GraphQLSchema, name: string): Field {
  const [typeName = '', fieldName = ''] = name.split('.');
  const type = schema.getType(typeName);
  const field: Field | undefined = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  invariant(field !== undefined, `an access rule names a field: ${name}`);
  return field;
}

/** Leave out of a list what belongs to tasks that the asker may not see. */
function leaveOut(taskField: string, resolve: Resolve): Resolve {
  return (source, args, context, info) => {
    const list: unknown = resolve(source, args, context, info);
    invariant(isList(list), `${info.fieldName} gives a list`);
    if (context.identity.tasks === null) return list;
    return list.filter((item: unknown) =>
      maySee(context.identity, JsonValue.root(item, info.fieldName).field(taskField).parsed(parseTaskName)),
    );
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function guard(name: string, rule: AccessRule, resolve: Resolve): Resolve {
  const isMutation = name.startsWith('Mutation.');
  const kind = isWork(rule) ? 'worker' : 'operator';
  return (source, args, context, info) => {
    const isTooMany = isMutation && context.admits?.(kind) === false;
    const refusal = isTooMany ? tooMany() : check(name, rule, args, context);
    if (refusal === null) return resolve(source, args, context, info);
    if (!isMutation) throw rejectRequest(refusal);
    context.audit({ mutation: info.fieldName, actor: context.actor, code: refusal.code }, refusal.message);
    return new UserError(refusal);
  };
}

function check(
  name: string,
  rule: AccessRule,
  args: unknown,
  { identity, service }: RequestContext,
): LockstepError | null {
  try {
    if (name === 'Query._entities') checkRepresentations(readArguments(name, args).field('representations'));
    if (identity === ANYBODY) return null;
    for (const access of rule(readArguments(name, args), service.state)) {
      const refusal = refusalOf(identity, access);
      if (refusal !== null) return refusal;
    }
    return null;
  } catch (error) {
    return asBadInput(error);
  }
}

function tooMany(): LockstepError {
  return new LockstepError('TOO_MANY_REQUESTS', 'this identity sends more mutations a second than the server takes');
}

function resolverOf(field: Field): Resolve {
  return field.resolve ?? defaultFieldResolver;
}

function missing(name: string): never {
  throw new Error(`${name} has no source`);
}
