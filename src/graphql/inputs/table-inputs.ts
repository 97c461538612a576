import { parseDownstreamTable, parseUpstreamTable } from '../../core/model/names';
import type { DownstreamTable, SourceId, UpstreamTable } from '../../core/model/names';
import type { RegisteredTable } from '../../core/request/source-tables';
import { Field, ID, InputType } from '../decorators';
import { parseText } from './parse-input';

/** A downstream table. */
@InputType({ description: 'A downstream table: one that shards are merged into.' })
export class ShardDownstreamTableInput {
  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}

/** A table of the session's source. */
@InputType({ description: 'A table of the source that the session speaks for.' })
export class ShardTableInput {
  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}

/** An upstream table. */
@InputType({ description: 'An upstream table: one table of one source.' })
export class ShardUpstreamTableInput {
  @Field(() => ID, { description: 'The source that has the table.' })
  readonly source!: string;

  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}

/** A table of the session's source with its route. */
@InputType({ description: 'A table of the source that the session speaks for, with its route.' })
export class ShardRegisteredTableInput {
  @Field(() => String, { description: 'The schema (database) of the upstream table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the upstream table.' })
  readonly table!: string;

  @Field(() => ShardDownstreamTableInput, { description: 'The downstream table that it is routed into.' })
  readonly target!: ShardDownstreamTableInput;

  @Field(() => String, {
    nullable: true,
    description: 'Its schema now, as a `CREATE TABLE` statement; a lock takes it from there until its first report.',
  })
  readonly createTable?: string | null;
}

/** The downstream table of an input. @throws LockstepError INVALID_INPUT */
export function parseTarget({ schema, table }: ShardDownstreamTableInput): DownstreamTable {
  return parseDownstreamTable(schema, table);
}

/** The upstream table of an input. @throws LockstepError INVALID_INPUT */
export function parseUpstream({ source, schema, table }: ShardUpstreamTableInput): UpstreamTable {
  return parseUpstreamTable(source, schema, table);
}

/** A table of a session's source; null stays null. @throws LockstepError INVALID_INPUT */
export function parseOwnTable(
  source: SourceId,
  input: ShardTableInput | null | undefined,
): { readonly schema: string; readonly table: string } | null {
  if (input == null) return null;
  const { schema, table } = parseUpstreamTable(source, input.schema, input.table);
  return { schema, table };
}

/** A table with its route. @throws LockstepError INVALID_INPUT */
export function parseRegisteredTable(source: SourceId, input: ShardRegisteredTableInput): RegisteredTable {
  const { schema, table } = parseUpstreamTable(source, input.schema, input.table);
  const createTable = input.createTable == null ? null : parseText('createTable', input.createTable);
  return { schema, table, target: parseTarget(input.target), createTable };
}
