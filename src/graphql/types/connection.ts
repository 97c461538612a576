import { Directive, Field, Int, ObjectType } from '../decorators';
import type { ClassType } from '../decorators';

/** Where a page of a list lies. */
@Directive('@shareable')
@ObjectType({ description: 'Where a page of a list lies in it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether items come before.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first item; null on an empty page.' })
  readonly startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item, for `after`; null on an empty page.',
  })
  readonly endCursor!: string | null;
}

/**
 * The Relay connection of a type: `<name>Connection` and `<name>Edge`.
 * @param what the items in words, in the plural
 */
export function connectionType(name: string, what: string, node: () => ClassType): ClassType {
  @ObjectType(`${name}Edge`, { description: `One of a list of ${what}.` })
  class Edge {
    @Field(() => String, { description: 'The place of the item in the list, for `after`.' })
    readonly cursor!: string;

    @Field(node, { description: 'The item.' })
    readonly node!: object;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${what}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items of the page, with their cursors.' })
    readonly edges!: readonly Edge[];

    @Field(() => [node()], { description: 'The items of the page.' })
    readonly nodes!: readonly object[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    readonly pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many items the whole list has.' })
    readonly totalCount!: number;
  }
  return Connection;
}
