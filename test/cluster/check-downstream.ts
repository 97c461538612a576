import { expect } from '@jest/globals';
import { parseStatement } from '../../src/core/ddl';
import { applyStatement, buildTable } from '../../src/core/ddl/tracker';
import { LockstepError } from '../../src/core/model/error';
import { compare } from '../../src/core/table/compare';
import type { Shape } from '../../src/core/table/shape';
import { Shapes } from '../../src/core/table/shapes';
import type { TableSchema } from '../../src/core/table/table-schema';
import { dmKeyKind } from '../../src/core/wire/dm-keys';
import { OptimisticInfoReader } from '../../src/core/wire/optimistic-info';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { SchemaReader } from '../../src/core/wire/table-info';
import { createTableOf, FIRST_COLUMNS } from '../end-to-end/played-schema';
import type { StoredStream } from '../end-to-end/stored-stream';

/**
 * The DDLs that the tables of an optimistic task were ordered to execute, in their order, make a downstream table that
 * takes the rows of every table that has been answered (invariant 2).
 */
export function checkDownstream({ batches }: StoredStream, task: string): void {
  const shapes = new Shapes();
  const infos = new OptimisticInfoReader(new SchemaReader(shapes));
  const reported = new Map<string, Shape>();
  const answered = new Map<string, Shape>();
  let downstream = firstSchema();
  for (const { changes, revision } of batches) {
    for (const change of changes) {
      if (change.kind !== 'put') continue;
      const kind = dmKeyKind(change.key);
      if (kind === 'optimistic-info') {
        const info = infos.read(change.value, change.key);
        const after = info.after.at(-1);
        if (info.task === task && after !== undefined) reported.set(change.key, after.shape);
      }
      if (kind !== 'optimistic-operation') continue;
      const operation = decodeOptimisticOperation(change.value);
      if (operation.task !== task || operation.done) continue;
      for (const ddl of operation.ddls ?? []) downstream = execute(downstream, ddl, shapes);
      const infoKey = change.key.replace('/operation/', '/info/');
      const shape = reported.get(infoKey);
      if (shape !== undefined && (operation.stage === 'none' || operation.stage === '')) answered.set(infoKey, shape);
      const merged = shapes.intern(downstream);
      const behind = [...answered].filter(([, table]) => !['less', 'equal'].includes(compare(table, merged)));
      expect({ revision, behind: behind.map(([key]) => key) }).toEqual({ revision, behind: [] });
    }
  }
}

function firstSchema(): TableSchema {
  const statement = parseStatement(createTableOf('orders', FIRST_COLUMNS));
  if (statement.kind !== 'create-table') throw new Error('not a table');
  return buildTable(statement);
}

/**
 * A column that is there already, or gone already, is fine: another table's order did it. So is one that is wider already:
 * a table that is behind is ordered, as by DM, to widen the column as the others did long ago.
 */
function execute(schema: TableSchema, ddl: string, shapes: Shapes): TableSchema {
  try {
    const executed = applyStatement(schema, parseStatement(ddl));
    const narrows = compare(shapes.intern(executed), shapes.intern(schema)) === 'less';
    return narrows && ddl.includes(' MODIFY COLUMN ') ? schema : executed;
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'DDL_NOT_APPLICABLE') return schema;
    throw error;
  }
}
