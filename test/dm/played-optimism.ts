import { parseSourceId, parseUpstreamTable } from '../../src/core/model/names';
import type { SourceId, UpstreamTable } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { dmPrefix, formatDmKey } from '../../src/core/wire/dm-keys';
import { parseStoredLockId } from '../../src/core/wire/dm-lock-id';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { tableOf } from '../conformance/recorded-steps';
import { RecordedWrites, headOf } from '../conformance/recorded-writes';

/** The transactions that a DM cluster makes of one recorded step: its worker's first, then its master's. */
export interface PlayedStep {
  readonly worker: readonly Mutation[];
  readonly master: readonly (readonly Mutation[])[];
}

/** Plays DM's master and workers in optimistic mode by a recorded scenario: what they write, key by key. */
export class PlayedOptimism {
  readonly writes: RecordedWrites;
  readonly #tables = new Map<SourceId, UpstreamTable[]>();
  /** The keys of the marks that are stored. */
  #marked: ReadonlySet<string> = new Set();

  constructor(private readonly scenario: JsonValue) {
    this.writes = new RecordedWrites(headOf(scenario));
  }

  /** What the workers put when they start. */
  begin(): Mutation[] {
    const present = this.scenario
      .field('tables')
      .list((table) => table)
      .filter((table) => table.field('present').boolean());
    for (const table of present) this.#add(tableOf(table));
    return [...this.#tables].map(([source, tables]) => this.writes.tablesPut(source, tables));
  }

  /** What a step lets them write; null: it is of a kind that isn't played. */
  play(step: JsonValue): PlayedStep | null {
    const kind = step.field('kind').text();
    const expect = step.field('expect');
    switch (kind) {
      case 'info':
        // A table that nobody listed is added by its info.
        this.#add(tableOf(step));
        return { worker: [this.writes.infoPut(step)], master: this.#answers(expect) };
      case 'done':
        return {
          worker: [this.writes.operationPut(step.field('op'))],
          master: [...this.#marks(expect), ...this.#removal(expect)],
        };
      case 'unlock':
        return { worker: [], master: [...this.#puts(expect, 'operationsPut'), ...this.#removal(expect)] };
      case 'addTable':
        this.#add(tableOf(step));
        return { worker: [this.#tablesPut(tableOf(step).source)], master: [] };
      case 'removeTable':
        return this.#removeTable(tableOf(step), expect);
      default:
        return null;
    }
  }

  #answers(expect: JsonValue): Mutation[][] {
    const own = expect.field('operation').nullable((operation) => [this.writes.operationPut(operation)]) ?? [];
    return [...this.#marks(expect), ...this.#puts(expect, 'redirects'), own, ...this.#removal(expect)];
  }

  /** The marks on dropped columns, which are as the recording says from now on. */
  #marks(expect: JsonValue): Mutation[][] {
    const { lockId } = this.writes;
    const marks = expect.field('droppedColumns').or(new Map<string, string>(), (columns) => {
      const stages = new Map<string, string>();
      columns.map((sources, column) =>
        sources.map((schemas, source) =>
          schemas.map((tables, schema) =>
            tables.map((stage, name) => {
              const table = parseUpstreamTable(source, schema, name);
              stages.set(
                formatDmKey({ kind: 'dropped-column', lockId: parseStoredLockId(lockId), column, table }),
                String(stage.count()),
              );
            }),
          ),
        ),
      );
      return stages;
    });
    const gone = [...this.#marked].filter((key) => !marks.has(key));
    this.#marked = new Set(marks.keys());
    return [
      [
        ...gone.map((key): Mutation => ({ kind: 'delete', key })),
        ...[...marks].map(([key, value]): Mutation => ({ kind: 'put', key, value })),
      ],
    ];
  }

  #puts(expect: JsonValue, field: string): Mutation[][] {
    return expect.field(field).or([], (list) => list.list((operation) => [this.writes.operationPut(operation)]));
  }

  /** A resolved lock goes in one transaction. */
  #removal(expect: JsonValue): Mutation[][] {
    if (!expect.field('lockRemoved').boolean()) return [];
    const tables = [...this.#tables.values()].flat();
    const { task, lockId } = this.writes;
    const keys = tables.flatMap((table) => [
      formatDmKey({ kind: 'optimistic-info', task, table }),
      this.writes.operationKey(table),
    ]);
    return [
      [
        ...keys.map((key): Mutation => ({ kind: 'delete', key })),
        { kind: 'delete-prefix', prefix: dmPrefix('dropped-column', lockId) },
      ],
    ];
  }

  #removeTable(table: UpstreamTable, expect: JsonValue): PlayedStep {
    const rest = (this.#tables.get(table.source) ?? []).filter(
      (other) => other.schema !== table.schema || other.table !== table.table,
    );
    this.#tables.set(table.source, rest);
    const { task } = this.writes;
    const keys = [formatDmKey({ kind: 'optimistic-info', task, table }), this.writes.operationKey(table)];
    const forgotten = keys.map((key): Mutation => ({ kind: 'delete', key }));
    return { worker: [this.#tablesPut(table.source)], master: [forgotten, ...this.#removal(expect)] };
  }

  #tablesPut(source: SourceId): Mutation {
    return this.writes.tablesPut(source, this.#tables.get(source) ?? []);
  }

  #add(table: UpstreamTable): void {
    const source = parseSourceId(table.source);
    const known = this.#tables.get(source) ?? [];
    const isKnown = known.some((other) => other.schema === table.schema && other.table === table.table);
    if (!isKnown) this.#tables.set(source, [...known, table]);
  }
}
