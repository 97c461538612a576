import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../../src/core/model/names';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { tableTreeOf, writeSourceTables } from '../../src/core/wire/source-tables';
import { recordedOperation, tableOf } from './recorded-steps';

/** What of a scenario is needed to write what its workers write. */
export interface ScenarioHead {
  readonly task: string;
  readonly downSchema: string;
  readonly downTable: string;
  /** The table infos, as JSON, that the steps name by their number. */
  readonly tableInfos: readonly string[];
}

/** The head of a recorded scenario. */
export function headOf(scenario: JsonValue): ScenarioHead {
  return {
    task: scenario.field('task').text(),
    downSchema: scenario.field('downSchema').text(),
    downTable: scenario.field('downTable').text(),
    tableInfos: scenario.field('schemas').list((schema) => schema.field('tableInfo').json()),
  };
}

/** DM's keys and values of a recorded optimistic scenario: of one task and one target. */
export class RecordedWrites {
  readonly task: TaskName;
  readonly target: DownstreamTable;
  readonly lockId: string;

  constructor(private readonly head: ScenarioHead) {
    this.task = parseTaskName(head.task);
    this.target = parseDownstreamTable(head.downSchema, head.downTable);
    this.lockId = formatLockId(this.task, this.target);
  }

  /** The put of the info of a step. */
  infoPut(step: JsonValue): Mutation {
    const key = formatDmKey({ kind: 'optimistic-info', task: this.task, table: tableOf(step) });
    return { kind: 'put', key, value: this.#info(step) };
  }

  /** The put of an operation as the recordings have it. */
  operationPut(recorded: JsonValue): Mutation {
    const value = encodeOptimisticOperation({ ...recordedOperation(recorded), id: this.lockId, task: this.task });
    return { kind: 'put', key: this.operationKey(tableOf(recorded)), value };
  }

  /** The put of all tables of a source. */
  tablesPut(source: SourceId, tables: readonly UpstreamTable[]): Mutation {
    const tree = tableTreeOf(tables.map((table) => ({ target: this.target, table })));
    const key = formatDmKey({ kind: 'optimistic-source-tables', task: this.task, source });
    return { kind: 'put', key, value: writeSourceTables({ task: this.task, source, tables: tree }) };
  }

  /** The key of a table's operation. */
  operationKey(table: UpstreamTable): string {
    return formatDmKey({ kind: 'optimistic-operation', task: this.task, table });
  }

  /** A table info, as JSON. */
  tableInfo(index: number): string {
    return this.head.tableInfos[index] ?? 'null';
  }

  #info(step: JsonValue): string {
    const { source, schema, table } = tableOf(step);
    const before = step.field('tableInfoBefore').nullable((index) => this.tableInfo(index.count())) ?? 'null';
    const after = step.field('tableInfosAfter').nullable((list) => list.list((index) => this.tableInfo(index.count())));
    const head = {
      task: this.task,
      source,
      'up-schema': schema,
      'up-table': table,
      'down-schema': this.target.schema,
      'down-table': this.target.table,
    };
    const ddls = step.field('ddls').nullable((list) => list.list((ddl) => ddl.text()));
    const own = `"ddls":${JSON.stringify(ddls)},"table-info-before":${before},"table-info-after":${after === null ? 'null' : `[${after.join(',')}]`}`;
    return `${JSON.stringify(head).slice(0, -1)},${own},"ignore-conflict":${String(step.field('ignoreConflict').boolean())}}`;
  }
}
