/**
 * The one door to type-graphql: its decorators read metadata when a class is defined, so the polyfill must be loaded
 * before the first of them runs. Every decorator names its type in a thunk; no emitted metadata is needed.
 */
import 'reflect-metadata';

export {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
  createUnionType,
  registerEnumType,
} from 'type-graphql';
export type { ClassType } from 'type-graphql';
