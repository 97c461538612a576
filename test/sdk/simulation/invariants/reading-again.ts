import type { TableKey } from '../../../../src/core/model/table-key';
import { tableKey } from '../../../../src/core/model/table-key';
import type { CoordinatorState } from '../../../../src/core/state/coordinator-state';
import type { Shape } from '../../../../src/core/table/shape';
import { parseLockstepKey } from '../../../../src/core/wire/lockstep-keys';
import type { Step } from './invariant';
import { putsOf } from './invariant';

/**
 * The tables whose workers read DDLs again that they had reported: killed before they stored that, they register a schema
 * that the table has had, and report the same again. All rows from before a report are downstream when it is made
 * (PROTOCOL 4.1), so until such a table is where it was it has none that the downstream would have to accept.
 */
export class ReadingAgain {
  readonly #past = new Map<TableKey, { readonly schemas: Set<Shape>; latest: Shape }>();
  readonly #tables = new Set<TableKey>();

  has(table: TableKey): boolean {
    return this.#tables.has(table);
  }

  after(step: Step): void {
    this.#forget(step.state);
    this.#register(step);
    for (const { tables } of step.state.targets.values())
      for (const { key, member, info } of tables)
        if (member !== null) this.#see(key, member.normal, info?.before?.shape ?? member.normal);
  }

  /** @param before its last report, which may have made the lock */
  #see(key: TableKey, schema: Shape, before: Shape): void {
    const past = this.#past.get(key) ?? { schemas: new Set([before]), latest: schema };
    this.#past.set(key, past);
    const isNew = !past.schemas.has(schema);
    if (isNew || schema === past.latest) this.#tables.delete(key);
    if (this.#tables.has(key)) return;
    past.schemas.add(before).add(schema);
    past.latest = schema;
  }

  #register({ batch, state }: Step): void {
    for (const { key: name } of putsOf(batch)) {
      const key = parseLockstepKey(name);
      if (key?.kind !== 'initial-schema') continue;
      const table = tableKey(key.task, key.table);
      const initial = state.tables.get(table)?.initial;
      const past = this.#past.get(table);
      if (initial == null || past === undefined) continue;
      if (past.schemas.has(initial) && initial !== past.latest) this.#tables.add(table);
    }
  }

  /** A table that is created anew has no past. */
  #forget(state: CoordinatorState): void {
    for (const key of this.#past.keys()) {
      if (state.tables.get(key)?.target != null) continue;
      this.#past.delete(key);
      this.#tables.delete(key);
    }
  }
}
