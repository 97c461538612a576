import type { SourceId } from '../../core/model/names';
import { Field, Int, ObjectType } from '../decorators';
import { ShardUpstreamTable } from './names';

/** One column of a schema. */
@ObjectType({ description: 'A column of a table, as locks compare it.' })
export class ShardColumn {
  @Field(() => String, { description: 'Its name in lower case: names are compared without case.' })
  readonly name!: string;

  @Field(() => String, { description: 'Its type with its width, for example `VARCHAR(20)`.' })
  readonly type!: string;

  @Field(() => Boolean, { description: 'Whether it may be NULL.' })
  readonly nullable!: boolean;

  @Field(() => String, { nullable: true, description: 'Its default value; null: none is recorded.' })
  readonly defaultValue!: string | null;

  @Field(() => String, { nullable: true, description: 'The expression that generates it; null: it is not generated.' })
  readonly generatedAs!: string | null;

  @Field(() => String, { description: 'Its collation; empty for types without characters.' })
  readonly collation!: string;

  @Field(() => String, { description: 'Its definition as `CREATE TABLE` writes it.' })
  readonly definition!: string;
}

/** One index of a schema. */
@ObjectType({ description: 'An index of a table, as locks compare it.' })
export class ShardIndex {
  @Field(() => String, { description: 'Its name in lower case; `primary` for the primary key.' })
  readonly name!: string;

  @Field(() => [String], { description: 'The columns in order.' })
  readonly columns!: readonly string[];

  @Field(() => Boolean, { description: 'Whether its values are unique.' })
  readonly unique!: boolean;

  @Field(() => Boolean, { description: 'Whether it is the primary key.' })
  readonly primary!: boolean;

  @Field(() => String, { description: 'Its definition as `CREATE TABLE` writes it.' })
  readonly definition!: string;
}

/** The schema of a table. */
@ObjectType({ description: 'The schema of a table, as locks compare it: without comments and the like.' })
export class ShardTableSchema {
  @Field(() => String, { description: 'The schema as a `CREATE TABLE` statement.' })
  readonly createTable!: string;

  @Field(() => [ShardColumn], { description: 'The columns by name.' })
  readonly columns!: readonly ShardColumn[];

  @Field(() => [ShardIndex], { description: 'The indexes by name.' })
  readonly indexes!: readonly ShardIndex[];

  @Field(() => String, { description: 'The default collation of the table.' })
  readonly collation!: string;
}

/** One thing in which a table's schema differs from the joined one. */
@ObjectType({ description: 'One thing in which the schema of a table differs from the joined schema of its lock.' })
export class ShardSchemaDifference {
  @Field(() => String, {
    description: 'Where: `columns.<name>`, `indexes.<name>`, or `table` for an option of the table.',
  })
  readonly path!: string;

  @Field(() => String, { description: 'What differs, for example `type`; `definition` if one of them lacks it.' })
  readonly property!: string;

  @Field(() => String, { nullable: true, description: 'What the table has; null: it lacks it.' })
  readonly here!: string | null;

  @Field(() => String, { nullable: true, description: 'What the joined schema has; null: it lacks it.' })
  readonly joined!: string | null;
}

/** The tables that have the same at the place of a conflict. */
@ObjectType({ description: 'One side of a conflict: the tables that have the same definition at its place.' })
export class ShardSchemaConflictSide {
  @Field(() => String, {
    nullable: true,
    description: 'The definition of the column, index or option; null: the tables lack it.',
  })
  readonly definition!: string | null;

  @Field(() => [ShardUpstreamTable], { description: 'The first ten of its tables.' })
  readonly tables!: readonly { source: SourceId; schema: string; table: string }[];

  @Field(() => Int, { description: 'How many tables are on this side.' })
  readonly tableCount!: number;
}

/** Why the schemas of a lock's tables don't join. */
@ObjectType({ description: 'Why the schemas of the tables of a lock cannot be joined.' })
export class ShardSchemaConflict {
  @Field(() => String, { description: 'What cannot be joined, for example `columns.c1.type`.' })
  readonly path!: string;

  @Field(() => String, { description: 'Why not.' })
  readonly reason!: string;

  @Field(() => [ShardSchemaConflictSide], { description: 'What is there, and which tables have it.' })
  readonly sides!: readonly ShardSchemaConflictSide[];
}
