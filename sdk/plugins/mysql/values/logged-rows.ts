import { LockstepError } from '../../../../src/core/model/error';
import type { TableSchema } from '../../../../src/core/table/table-schema';
import type { EncodedRows, JsonValue, Row, RowImages } from '../../../plugin';
import { ByteReader, hasBit } from '../binlog/byte-reader';
import type { RowsEvent } from '../binlog/rows-event';
import type { TableMap } from '../binlog/table-map';
import { columnDecoder } from './column-decoder';
import type { DecodeColumn } from './column-decoder';

/** One column of a row's bytes: its name and how its value is read; null: the log needn't have it. */
interface PlannedColumn {
  readonly name: string;
  readonly isGenerated: boolean;
  readonly decode: DecodeColumn;
}

type RowPlan = readonly PlannedColumn[];

/** How rows of one table of the log are read, for each schema that it turns out to have. */
export class RowPlans {
  readonly #plans = new WeakMap<TableSchema, RowPlan>();

  constructor(private readonly table: TableMap) {}

  /** @throws LockstepError EVENT_UNSUPPORTED if the log's columns aren't those of the schema */
  planOf(schema: TableSchema): RowPlan {
    const known = this.#plans.get(schema) ?? makePlan(this.table, schema);
    this.#plans.set(schema, known);
    return known;
  }
}

/** Rows of one event, read when the worker knows the schema that they were written with. */
export class LoggedRows implements EncodedRows {
  constructor(
    private readonly event: RowsEvent,
    private readonly plans: RowPlans,
  ) {}

  /** @throws LockstepError EVENT_UNSUPPORTED, PLUGIN_FAILED */
  decode(schema: TableSchema): readonly RowImages[] {
    const plan = this.plans.planOf(schema);
    const { before, after, rows } = this.event;
    const reader = new ByteReader(rows);
    const images: RowImages[] = [];
    while (reader.remaining > 0) {
      images.push({
        ...(before === null ? {} : { before: readRow(reader, before, plan) }),
        ...(after === null ? {} : { after: readRow(reader, after, plan) }),
      });
    }
    return images;
  }
}

function makePlan({ schema: database, table, columns }: TableMap, schema: TableSchema): RowPlan {
  const known = schema.columns.filter(({ hidden }) => !hidden);
  if (known.length !== columns.length)
    throw new LockstepError(
      'EVENT_UNSUPPORTED',
      `rows of ${database}.${table} have ${columns.length} columns, its schema has ${known.length}`,
      { table: `${database}.${table}` },
    );
  return known.flatMap((column, index) => {
    const logged = columns[index];
    if (logged === undefined) return [];
    const isGenerated = column.generated !== null;
    return [{ name: column.name, isGenerated, decode: columnDecoder(logged, column) }];
  });
}

/** A bitmap of nulls for the columns that are there, then the values of the others. */
function readRow(reader: ByteReader, present: Buffer, plan: RowPlan): Row {
  let count = 0;
  for (const [index, column] of plan.entries()) {
    if (hasBit(present, index)) count += 1;
    else if (!column.isGenerated) throw incomplete(column.name);
  }
  const nulls = reader.take((count + 7) >> 3);
  const row: Record<string, JsonValue> = {};
  let at = 0;
  for (const [index, { name, decode }] of plan.entries()) {
    if (!hasBit(present, index)) continue;
    row[name] = hasBit(nulls, at) ? null : decode(reader);
    at += 1;
  }
  return row;
}

function incomplete(column: string): LockstepError {
  return new LockstepError(
    'EVENT_UNSUPPORTED',
    `a row of the binlog lacks the column ${column}: binlog_row_image was not FULL`,
    { column },
  );
}
