import type { ActionInput, ActionRecord } from '../../src/core/model/action';
import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { DownstreamTable, SourceId, UpstreamTable } from '../../src/core/model/names';
import type { CoordinatorState } from '../../src/core/state/coordinator-state';
import { recover } from '../../src/core/state/recovery';
import { writeActionRecord } from '../../src/core/wire/action-record';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { formatLockstepKey } from '../../src/core/wire/lockstep-keys';
import { encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { tableTreeOf, writeSourceTables } from '../../src/core/wire/source-tables';
import { SimulatedCoordinator } from '../support/simulated-coordinator';
import { SimulatedStore } from '../support/simulated-store';
import { recordedOperation, tableOf } from './recorded-steps';
import { PessimisticReplay } from './pessimistic-replay';

/** The task of the recorded optimistic setups, which don't name it. */
const OPTIMISTIC_TASK = parseTaskName('task-1');
const OPTIMISTIC_TARGET = parseDownstreamTable('shop', 'orders');

/** What a pessimistic setup leads to. */
export function replayPessimistic(setup: JsonValue): CoordinatorState {
  const replay = new PessimisticReplay(
    setup.field('taskSources').map((sources) => sources.list((source) => source.text())),
  );
  for (const step of setup.field('steps').list((each) => each)) replay.run(step);
  return replay.coordinator.state;
}

/** What an optimistic setup leads to; its steps are of several targets. */
export function replayOptimistic(setup: JsonValue): CoordinatorState {
  const replay = new OptimisticSetup(setup.field('schemas').list((schema) => schema.field('tableInfo').json()));
  for (const table of setup.field('tables').list((each) => each))
    if (table.field('present').boolean()) replay.addTable(table);
  for (const step of setup.field('steps').list((each) => each)) replay.run(step);
  return replay.coordinator.state;
}

interface RoutedTable {
  readonly target: DownstreamTable;
  readonly table: UpstreamTable;
}

class OptimisticSetup {
  readonly coordinator = new SimulatedCoordinator(new SimulatedStore(), {
    recover,
    limits: { operationsPerWrite: 10_000 },
  });
  readonly #tables = new Map<SourceId, RoutedTable[]>();
  #actions = 0;

  constructor(private readonly tableInfos: readonly string[]) {
    this.coordinator.lead();
  }

  addTable(named: JsonValue): void {
    const table = tableOf(named);
    this.#putTables(table.source, [...(this.#tables.get(table.source) ?? []), { target: targetOf(named), table }]);
  }

  run(step: JsonValue): void {
    const kind = step.field('kind').oneOf(['info', 'done', 'addTable', 'removeSources', 'unlock']);
    switch (kind) {
      case 'info':
        this.#put(
          formatDmKey({ kind: 'optimistic-info', task: OPTIMISTIC_TASK, table: tableOf(step) }),
          this.#info(step),
        );
        return;
      case 'done':
        this.#put(
          formatDmKey({ kind: 'optimistic-operation', task: OPTIMISTIC_TASK, table: tableOf(step) }),
          finished(step),
        );
        return;
      case 'addTable':
        this.addTable(step);
        return;
      case 'removeSources':
        this.#ask({
          kind: 'remove-meta',
          task: OPTIMISTIC_TASK,
          sources: [parseSourceId(step.field('source').text())],
          force: true,
        });
        return;
      case 'unlock':
        this.#ask({
          kind: 'unlock-optimistic',
          lockId: formatLockId(OPTIMISTIC_TASK, targetOf(step)),
          ifIncarnation: null,
          tables: [tableOf(step)],
          sources: [],
          exec: step.field('action').is('exec'),
          force: false,
        });
    }
  }

  #putTables(source: SourceId, tables: RoutedTable[]): void {
    this.#tables.set(source, tables);
    const key = formatDmKey({ kind: 'optimistic-source-tables', task: OPTIMISTIC_TASK, source });
    this.#put(key, writeSourceTables({ task: OPTIMISTIC_TASK, source, tables: tableTreeOf(tables) }));
  }

  #info(step: JsonValue): string {
    const { source, schema, table } = tableOf(step);
    const target = targetOf(step);
    const infoOf = (index: JsonValue): string => this.tableInfos[index.count()] ?? 'null';
    const before = step.field('tableInfoBefore').nullable(infoOf) ?? 'null';
    const after = step.field('tableInfosAfter').list(infoOf);
    const ddls = step.field('ddls').list((ddl) => ddl.text());
    const head = {
      task: OPTIMISTIC_TASK,
      source,
      'up-schema': schema,
      'up-table': table,
      'down-schema': target.schema,
      'down-table': target.table,
      ddls,
    };
    const schemas = `"table-info-before":${before},"table-info-after":[${after.join(',')}]`;
    return `${JSON.stringify(head).slice(0, -1)},${schemas},"ignore-conflict":${String(step.field('ignoreConflict').boolean())}}`;
  }

  #ask(input: ActionInput): void {
    this.#actions += 1;
    const id = `action-${this.#actions}`;
    const record: ActionRecord = {
      id,
      input,
      actor: 'conformance',
      reason: '',
      state: 'asked',
      askedAtMs: this.coordinator.nowMs,
      deadlineMs: null,
      progress: null,
      result: null,
      endedAtMs: null,
    };
    this.#put(formatLockstepKey({ kind: 'action', id }), writeActionRecord(record));
  }

  #put(key: string, value: string): void {
    this.coordinator.change([{ kind: 'put', key, value }]);
  }
}

function finished(step: JsonValue): string {
  const id = formatLockId(OPTIMISTIC_TASK, targetOf(step));
  return encodeOptimisticOperation({ ...recordedOperation(step.field('op')), id, task: OPTIMISTIC_TASK });
}

function targetOf(named: JsonValue): DownstreamTable {
  const schema = named.field('downSchema').or(OPTIMISTIC_TARGET.schema, (text) => text.text());
  return parseDownstreamTable(
    schema,
    named.field('downTable').or(OPTIMISTIC_TARGET.table, (text) => text.text()),
  );
}
